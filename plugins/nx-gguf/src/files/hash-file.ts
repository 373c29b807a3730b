import { createHash } from 'node:crypto';
import type { Sha256 } from '../core/digest.js';
import type { ByteRange } from '../gguf/byte-source.js';
import { partHasher } from './part-hasher.js';
import { notFile, openFile } from './small-file.js';

const bufferBytes = 4 << 20;

/** The digest and size of a file's bytes. */
export interface BlobId {
  sha256: Sha256;
  sizeBytes: number;
}

/**
 * Called with the number of bytes read since the last call. A promise that it returns is waited for before more
 * is read.
 */
export type OnBytes = (count: number) => unknown;

/**
 * sha256 and size of a file, read once in constant memory; reading and hashing overlap.
 * @throws Error as `openFile`, also for an empty file that has bytes, as those of /proc
 */
export async function hashFile(path: string, onBytes?: OnBytes): Promise<BlobId> {
  const { sha256, sizeBytes } = await hashFileParts(path, [], onBytes);
  return { sha256, sizeBytes };
}

/** As `hashFile`, and in the same pass the sha256 of each part; parts follow each other without overlap. */
export async function hashFileParts(
  path: string,
  parts: readonly ByteRange[],
  onBytes?: OnBytes,
): Promise<{ sha256: Sha256; sizeBytes: number; parts: Sha256[] }> {
  const hash = createHash('sha256');
  const inParts = partHasher(parts);
  const handle = await openFile(path);
  let sizeBytes = 0;
  try {
    const { size } = await handle.stat();
    const buffers = [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)] as const;
    let pending = handle.read(buffers[0], 0, bufferBytes, null);
    for (let turn = 0; ; turn++) {
      const { bytesRead, buffer } = await pending;
      if (bytesRead === 0) break;
      // What the kernel makes up for whoever reads is no content: the environment of this process is there too.
      if (size === 0 && turn === 0) throw notFile(path);
      pending = handle.read(buffers[(turn + 1) % 2 === 0 ? 0 : 1], 0, bufferBytes, null);
      hash.update(buffer.subarray(0, bytesRead));
      inParts.update(buffer.subarray(0, bytesRead));
      sizeBytes += bytesRead;
      await onBytes?.(bytesRead);
    }
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), sizeBytes, parts: inParts.digests() };
}
