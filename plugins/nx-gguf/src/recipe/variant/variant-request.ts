import type { Model, Variant } from '../../core/generated/model.generated.js';
import type { TargetRef } from '../../core/target.js';

/**
 * A GGUF whose header stands for the converted model's in a plan: what an option names, by path or URL, or
 * what model.json declares.
 */
export type PlanFrom = string | NonNullable<Model['planFrom']>;

/** A variant to be planned. */
export interface VariantRequest {
  /** The target that asks; its variant need not be the one that is planned. */
  ref: TargetRef;
  model: Model;
  toolchain: string;
  name: string;
  variant: Variant;
  /** A GGUF elsewhere whose header stands for the converted model's. */
  from?: PlanFrom | undefined;
}
