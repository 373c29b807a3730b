import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { systemReason } from '../core/system-error.js';
import type { OutsideState } from '../files/file-state.js';
import type { StoreLayout } from '../store/layout.js';
import { damagedBytes, stateBefore, unreadable, type NamedBlob } from '../store/sound-bytes.js';
import type { OfferedBlob } from './remote-store.js';

const partBytes = 1 << 20;
/** What is handed out at once: on a slow line each piece counts as a sign of life. */
const pieceBytes = 64 << 10;

/** Where a blob is read from, and who is told of the bytes. */
export interface Offering {
  store: StoreLayout;
  /** Called with the number of bytes before each part that is sent. */
  onBytes?: (count: number) => void;
}

/**
 * A blob of the store as it is sent: hashed while it is read, and its last part is held back until the digest
 * is known to be right, so that no remote can take damaged bytes for the whole. A damaged one goes to quarantine.
 */
export function offeredBlob(blob: NamedBlob, { store, onBytes = () => undefined }: Offering): OfferedBlob {
  const { sha256, sizeBytes } = blob;
  return { sha256, sizeBytes, read: (fromBytes) => checkedParts(blob, { store, fromBytes, onBytes }) };
}

async function* checkedParts(
  blob: NamedBlob,
  { store, fromBytes, onBytes }: Required<Offering> & { fromBytes: number },
): AsyncGenerator<Uint8Array> {
  const seen = await stateBefore(blob);
  const hash = createHash('sha256');
  const handle = await open(blob.path, 'r').catch(async (error: unknown) => {
    throw await ownError(store, blob, { seen, error });
  });
  const part = async (position: number): Promise<Buffer> => {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(partBytes), 0, partBytes, position);
    return buffer.subarray(0, bytesRead);
  };
  let held: Uint8Array | null = null;
  try {
    let next = part(0);
    for (let position = 0; ;) {
      const bytes = await next;
      if (bytes.length === 0) break;
      // Reading the next part and hashing this one overlap.
      next = part(position + bytes.length);
      next.catch(() => undefined);
      hash.update(bytes);
      position += bytes.length;
      if (held !== null) yield* pieces(held, onBytes);
      held =
        position <= fromBytes ? null : bytes.subarray(Math.max(0, fromBytes - (position - bytes.length)));
      if (position > blob.sizeBytes) break;
    }
    const found = hash.digest('hex');
    if (found !== blob.sha256) throw await damagedBytes(store, blob, { found, seen });
  } catch (error) {
    throw await ownError(store, blob, { seen, error });
  } finally {
    await handle.close();
  }
  if (held !== null) yield* pieces(held, onBytes);
}

function* pieces(bytes: Uint8Array, onBytes: (count: number) => void): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    onBytes(piece.length);
    yield piece;
  }
}

/** An error of this machine's disk, which must not be taken for one of the remote's. */
async function ownError(
  store: StoreLayout,
  blob: NamedBlob,
  { seen, error: thrown }: { seen: OutsideState; error: unknown },
): Promise<unknown> {
  const error = await unreadable(store, blob, { seen, error: thrown });
  return isGgufError(error) || systemErrorCode(error) === null
    ? error
    : new GgufError(
        'BLOB_MISSING',
        `${blob.name} (blob ${blob.sha256}) cannot be read: ${systemReason(error)}`,
        {
          cause: error,
        },
      );
}
