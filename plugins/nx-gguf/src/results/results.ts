import type { Manifest } from '../core/generated/manifest.generated.js';
import type { TargetRef } from '../core/target.js';
import type { RecipeEnvironment, RecipePorts } from '../recipe/ports.js';
import type { RecipeOptions } from '../recipe/target-recipe.js';
import type { Remotes } from '../remote/remotes.js';
import type { Performed } from '../steps/run-cached.js';
import type { MeasuringEnded } from './measure-targets.js';

/** What all tasks of a workspace work with. */
export interface Environment extends RecipeEnvironment {
  remotes: Remotes;
}

/** How an artifact is obtained. */
export interface ObtainOptions {
  needFiles?: boolean;
  /** Make it in any case; nothing is looked up. */
  again?: boolean;
  /** Names of files that are known to be gone though the store does not know them. */
  gone?: readonly string[];
  recipe?: RecipeOptions;
}

/** Gives the artifact of a target: looked up, else made. Its manifest is left where Nx expects it. */
export interface TargetArtifacts {
  obtain: (ref: TargetRef, options?: ObtainOptions) => Promise<Performed>;
}

/**
 * Gives the artifacts of `kld` targets, those on the same base measured together; each is told as soon as it
 * is there.
 */
export interface Measurements {
  measure: (
    refs: readonly TargetRef[],
    ended: MeasuringEnded,
    options?: { recipe?: RecipeOptions },
  ) => Promise<void>;
}

/** Rebuilds the result of a `quantize` target in full and compares; throws when it differs. */
export interface Verification {
  verify: (ref: TargetRef, manifest: Manifest) => Promise<void>;
}

/** The targets of a workspace as artifacts. Each function asks for the ports that it uses. */
export type Results = RecipePorts & TargetArtifacts & Measurements & Verification;
