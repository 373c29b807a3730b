import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { isUntouched, outsideState, recordableState, type OutsideState } from '../files/file-state.js';
import { digestOutside } from './external.js';
import type { StoreLayout } from './layout.js';
import { isOutsideStore } from './place-blob.js';

type Input = Pick<ManifestFile, 'name' | 'sha256'>;

/** The inputs of a step that are files outside the store, which others can change while a tool reads them. */
export interface OutsideInputs {
  /** Notes that a step is given an input from a path. */
  note: (file: Input, path: string) => Promise<void>;
  /**
   * Checks that all of them still have the bytes of their digests, so that a result is of what it says.
   * @throws GgufError `SOURCE_CHANGED`
   */
  check: () => Promise<void>;
}

/** No inputs yet, of a step with this name. */
export function outsideInputs(store: StoreLayout, step: string): OutsideInputs {
  const noted = new Map<string, { file: Input; state: OutsideState | null }>();
  return {
    note: async (file, path) => {
      if (!isOutsideStore(store, path) || noted.has(path)) return;
      const takenMs = Date.now();
      const state = await outsideState(path);
      noted.set(path, { file, state: state === null ? null : recordableState(state, takenMs) });
    },
    check: async () => {
      for (const [path, { file, state }] of noted) {
        const present = await outsideState(path);
        if (isUntouched(state, present)) continue;
        if (present !== null && (await digestOutside(store, path)).sha256 === file.sha256) continue;
        throw new GgufError('SOURCE_CHANGED', `${file.name} changed while ${step} worked on it: ${path}`, {
          hint: 'Nothing was kept. Run again when nothing writes to it any more.',
        });
      }
    },
  };
}
