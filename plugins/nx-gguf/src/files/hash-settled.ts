import { GgufError } from '../core/errors.js';
import type { ByteRange } from '../gguf/byte-source.js';
import { isUntouched, outsideState, type OutsideState } from './file-state.js';
import { hashFileParts, type OnBytes } from './hash-file.js';

type Digests = Awaited<ReturnType<typeof hashFileParts>>;

/** Linking a file, or changing its rights, touches it too: it is then read again. */
const mostReads = 3;

/**
 * The digests of a file that others may write to, with the state that it had before and after it was read, or
 * null when there is no such file.
 * @throws GgufError `SOURCE_CHANGED` when it changes meanwhile
 */
export async function hashSettled(
  path: string,
  { parts = [], onBytes }: { parts?: readonly ByteRange[]; onBytes?: OnBytes | undefined } = {},
): Promise<(Digests & { state: OutsideState; takenMs: number }) | null> {
  for (let read = 1; ; read++) {
    const takenMs = Date.now();
    const before = await outsideState(path);
    if (before === null) return null;
    const digests = await hashFileParts(path, parts, read === 1 ? onBytes : undefined);
    const after = await outsideState(path);
    if (isUntouched(before, after)) return { ...digests, state: before, takenMs };
    const isSameFile = after !== null && isUntouched({ ...before, ctimeNs: after.ctimeNs }, after);
    if (!isSameFile || read === mostReads)
      throw new GgufError('SOURCE_CHANGED', `${path} changed while it was read`, {
        hint: 'Run again when nothing writes to it any more.',
      });
  }
}
