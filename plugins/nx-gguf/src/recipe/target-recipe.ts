import type { Model } from '../core/generated/model.generated.js';
import type { TargetRef } from '../core/target.js';
import type { RecipePorts } from './ports.js';

/** What the options of one executor change in the recipe of its target. */
export interface RecipeOptions {
  /**
   * For `plan`: a GGUF elsewhere whose header replaces the converted model's, instead of the GGUF that
   * model.json names.
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
