import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { TargetRef } from '../core/target.js';
import type { RecipeOptions } from '../recipe/target-recipe.js';

/** The target whose artifact holds a file, and the options that its recipe was resolved with. */
export interface Producer {
  ref: TargetRef;
  recipe: RecipeOptions;
}

/** The target, or the helper step, that makes given bytes; recorded whenever an artifact is met. */
export interface Producers {
  note: (producer: Producer, files: readonly ManifestFile[]) => void;
  noteHelper: (make: () => Promise<unknown>, files: readonly ManifestFile[]) => void;
  targetOf: (file: ManifestFile) => Producer | null;
  helperOf: (file: ManifestFile) => (() => Promise<unknown>) | null;
}

/** Producers of which none is known yet. Of two targets with the same bytes the first counts. */
export function createProducers(): Producers {
  const targets = new Map<string, Producer>();
  const helpers = new Map<string, () => Promise<unknown>>();
  return {
    note: (producer, files) => {
      for (const { sha256 } of files) if (!targets.has(sha256)) targets.set(sha256, producer);
    },
    noteHelper: (make, files) => {
      for (const { sha256 } of files) helpers.set(sha256, make);
    },
    targetOf: ({ sha256 }) => targets.get(sha256) ?? null,
    helperOf: ({ sha256 }) => helpers.get(sha256) ?? null,
  };
}
