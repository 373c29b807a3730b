import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { GgufError } from '../core/errors.js';
import type { BlobId } from '../files/hash-file.js';
import type { OfferedBlob } from './remote-store.js';

const partBytes = 1 << 20;

/**
 * A blob of the store as it is sent: hashed while it is read, and its last part is held back until the digest
 * is known to be right, so that no remote can take damaged bytes for the whole.
 * @param onBytes called with the number of bytes before each part that is sent
 */
export function offeredBlob(
  path: string,
  id: BlobId,
  onBytes: (count: number) => void = () => undefined,
): OfferedBlob {
  return { ...id, read: (fromBytes) => checkedParts(path, { id, fromBytes, onBytes }) };
}

async function* checkedParts(
  path: string,
  { id, fromBytes, onBytes }: { id: BlobId; fromBytes: number; onBytes: (count: number) => void },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw damaged(id, cause);
  });
  const part = async (position: number): Promise<Buffer> => {
    const { bytesRead, buffer } = await handle
      .read(Buffer.allocUnsafe(partBytes), 0, partBytes, position)
      .catch((cause: unknown) => {
        throw damaged(id, cause);
      });
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
      if (held !== null) {
        onBytes(held.length);
        yield held;
      }
      held =
        position <= fromBytes ? null : bytes.subarray(Math.max(0, fromBytes - (position - bytes.length)));
      if (position > id.sizeBytes) throw damaged(id);
    }
    if (hash.digest('hex') !== id.sha256) throw damaged(id);
  } finally {
    await handle.close();
  }
  if (held !== null) {
    onBytes(held.length);
    yield held;
  }
}

function damaged({ sha256 }: BlobId, cause?: unknown): GgufError {
  return new GgufError('BLOB_DAMAGED', `the blob ${sha256} of the store is not what its name says any more`, {
    cause,
    hint: '`npx nx-gguf store verify --repair` removes what is damaged, so that it is made again.',
  });
}
