import { GgufError, isGgufError } from '../core/errors.js';
import type { Report } from '../core/events.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { isUntouched, outsideState, recordableState, type OutsideState } from '../files/file-state.js';
import { digestOutside } from './external.js';
import type { StoreLayout } from './layout.js';
import { isOutsideStore } from './place-blob.js';
import { isDamage } from './quarantine.js';
import { hashBlob, requireSound } from './sound-blob.js';

type Input = Pick<ManifestFile, 'name' | 'sha256'>;

/**
 * The inputs of a step, whose bytes have to be those of their digests while a tool reads them: others can change
 * a file outside the store, and a disk can change any.
 */
export interface StepInputs {
  /**
   * Notes that a step is given an input from a path. A blob that was not hashed lately is hashed from now on,
   * beside the tool, which finds what it reads in memory.
   */
  note: (file: Input, path: string) => Promise<void>;
  /**
   * Checks that all of them have the bytes of their digests, so that a result is of what it says.
   * @throws GgufError `SOURCE_CHANGED`, `BLOB_DAMAGED`
   */
  check: () => Promise<void>;
  /** The error of a step, or that of a damaged input where one made the step fail. */
  explained: (error: unknown) => Promise<unknown>;
  /** Ends when nothing is hashed any more, however the step ended: no reader is left behind. */
  settled: () => Promise<void>;
}

/** What the inputs of a step are checked with. */
export interface InputChecking {
  /** The name of the step. */
  step: string;
  report: Report;
  signal: AbortSignal | undefined;
  /** Inputs that this step shares with others: they are checked as its own are. */
  shared?: StepInputs;
}

/** No inputs yet, of a step. */
export function stepInputs(store: StoreLayout, { step, report, signal, shared }: InputChecking): StepInputs {
  const outside = new Map<string, { file: Input; state: OutsideState | null }>();
  const files: Input[] = [];
  const hashed = new Map<string, Promise<unknown>>();
  const reading = { isAwaited: false, done: 0, total: 0, name: '' };

  const hash = (file: Input): Promise<void> =>
    requireSound(store, file, {
      signal,
      onStart: (sizeBytes) => {
        reading.total += sizeBytes;
        reading.name = file.name;
      },
      onBytes: (count) => {
        reading.done += count;
        // Beside a tool, that tells how far it is.
        if (!reading.isAwaited) return;
        const { done, total, name } = reading;
        report({ type: 'progress', label: `hashing ${name}`, done, total, unit: 'bytes' });
      },
    });

  const checkOutside = async (): Promise<void> => {
    for (const [path, { file, state }] of outside) {
      const present = await outsideState(path);
      if (isUntouched(state, present)) continue;
      if (present !== null && (await digestOutside(store, path)).sha256 === file.sha256) continue;
      throw new GgufError('SOURCE_CHANGED', `${file.name} changed while ${step} worked on it: ${path}`, {
        hint: 'Nothing was kept. Run again when nothing writes to it any more.',
      });
    }
  };
  const check = async (): Promise<void> => {
    await shared?.check();
    await checkOutside();
    reading.isAwaited = true;
    // All are waited for, so that no reader is left behind.
    const errors = await Promise.all(hashed.values());
    reading.isAwaited = false;
    for (const error of errors) if (error !== null) throw error as Error;
  };
  return {
    check,
    settled: async () => {
      await Promise.all(hashed.values());
    },
    note: async (file, path) => {
      if (!isOutsideStore(store, path)) {
        if (hashed.has(file.sha256)) return;
        files.push(file);
        hashed.set(file.sha256, settled(hash(file)));
        return;
      }
      if (outside.has(path)) return;
      const takenMs = Date.now();
      const state = await outsideState(path);
      outside.set(path, { file, state: state === null ? null : recordableState(state, takenMs) });
    },
    explained: async (error) => {
      if (signal?.aborted === true) return error;
      // A step that saw other bytes than it was told of is believed, however lately they were hashed.
      if (isGgufError(error) && error.code === 'SOURCE_DAMAGED') await shared?.explained(error);
      for (const file of isGgufError(error) && error.code === 'SOURCE_DAMAGED' ? files : [])
        hashed.set(file.sha256, settled(hashBlob(store, file, { signal })));
      const cause: unknown = await check().catch((found: unknown) => found);
      return isDamage(cause) ? cause : error;
    },
  };
}

/** The error that some work ended with, or null. */
function settled(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}
