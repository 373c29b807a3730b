import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Sha256 } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import type { BlobId } from './blobs.js';
import type { OnBytes } from './hash-file.js';

/** A piece of a file to be written: bytes in memory, or a range of another file whose digest may be known. */
export type Piece =
  | { bytes: Uint8Array }
  | { path: string; offset: number; length: number; sha256?: Sha256 };

/** A written file and the digest of each piece, or the index of a piece that is not what its digest says. */
export type Spliced = { id: BlobId; pieces: Sha256[] } | { damaged: number };

const bufferBytes = 4 << 20;
const bufferCount = 3;

/**
 * Writes a new file piece by piece, in constant memory: read, hashed (whole file and piece) and written in one pass,
 * flushed at the end. Stops at the first piece whose bytes do not have its digest; the file is then of no use.
 *
 * Tensors are aligned to 32 bytes and file systems share blocks of 4096, so ranges cannot be cloned: all is copied.
 */
export async function spliceFile(path: string, pieces: readonly Piece[], { signal, onBytes }: { signal?: AbortSignal | undefined; onBytes?: OnBytes } = {}): Promise<Spliced> {
  const whole = createHash('sha256');
  const digests: Sha256[] = [];
  const sources = new Map<string, FileHandle>();
  const buffers = Array.from({ length: bufferCount }, () => Buffer.allocUnsafe(bufferBytes));
  const out = await open(path, 'wx');
  let sizeBytes = 0;
  let turn = 0;
  let writing: Promise<unknown> = Promise.resolve();

  const put = async (bytes: Uint8Array, piece: ReturnType<typeof createHash>): Promise<void> => {
    await writing;
    writing = writeAll(out, bytes, sizeBytes);
    // A failed write is reported by the next await; meanwhile it must not count as unhandled.
    writing.catch(() => undefined);
    whole.update(bytes);
    piece.update(bytes);
    sizeBytes += bytes.length;
    onBytes?.(bytes.length);
  };
  const source = async (name: string): Promise<FileHandle> => {
    const handle = sources.get(name) ?? (await open(name, 'r'));
    sources.set(name, handle);
    return handle;
  };

  try {
    for (const piece of pieces) {
      const hash = createHash('sha256');
      if ('bytes' in piece) {
        await put(piece.bytes, hash);
      } else {
        const handle = await source(piece.path);
        for (let done = 0; done < piece.length; ) {
          requireGoingOn(signal);
          const buffer = buffers[turn++ % bufferCount] ?? Buffer.alloc(0);
          const { bytesRead } = await handle.read(buffer, 0, Math.min(bufferBytes, piece.length - done), piece.offset + done);
          if (bytesRead === 0) return { damaged: digests.length };
          await put(buffer.subarray(0, bytesRead), hash);
          done += bytesRead;
        }
      }
      const sha256 = hash.digest('hex');
      if ('sha256' in piece && piece.sha256 !== sha256) return { damaged: digests.length };
      digests.push(sha256);
    }
    await writing;
    await out.sync();
  } finally {
    await writing.catch(() => undefined);
    await out.close();
    for (const handle of sources.values()) await handle.close();
  }
  return { id: { sha256: whole.digest('hex'), sizeBytes }, pieces: digests };
}

function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new GgufError('INTERRUPTED', 'interrupted while writing');
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
