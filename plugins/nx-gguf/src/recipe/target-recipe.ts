import type { Model } from '../core/generated/model.generated.js';
import type { TargetRef } from '../core/target.js';
import type { RecipePorts } from './ports.js';

/** What the options of one executor change in the recipe of its target. */
export interface RecipeOptions {
  /**
   * For `plan`: a GGUF elsewhere that stands for the converted model, in place of the one that model.json
   * declares.
   */
  from?: string | undefined;
  /** For `kld`: most variants that are measured at once. */
  parallel?: number | undefined;
}

/** A target of a model with everything that its step is made from. */
export interface TargetRecipe {
  ref: TargetRef;
  ports: RecipePorts;
  model: Model;
  /** The project whose toolchain the step runs. */
  toolchain: string;
  options: RecipeOptions;
}
