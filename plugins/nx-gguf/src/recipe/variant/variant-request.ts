import type { Model, Variant } from '../../core/generated/model.generated.js';
import type { TargetRef } from '../../core/target.js';

/**
 * A GGUF whose header stands for the converted model's in a plan: what an option names, by path or URL, or
 * what model.json declares.
 */
export type PlanFrom = string | NonNullable<Model['planFrom']>;

/** A variant to be planned. */
export interface VariantRequest {
  /** The target whose recipe needs the plan; the planned variant may be another one. */
  ref: TargetRef;
  model: Model;
  toolchain: string;
  name: string;
  variant: Variant;
  /** A GGUF elsewhere whose header stands for the converted model's. */
  from?: PlanFrom | undefined;
}
