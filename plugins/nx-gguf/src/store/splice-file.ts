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

/** How a file is written. */
export interface SpliceOptions {
  signal?: AbortSignal | undefined;
  onBytes?: OnBytes;
  /** The file is not kept, so it is neither hashed nor flushed, and its digests are those of nothing. */
  isTemporary?: boolean;
}

/** A part of a piece, of `length` bytes; `load` gives fewer where the source ends too early. */
interface Chunk {
  piece: number;
  isLast: boolean;
  length: number;
  load: (buffer: Buffer) => Promise<Uint8Array>;
}

const chunkBytes = 4 << 20;
const bufferCount = 3;

/**
 * Writes a new file piece by piece, in constant memory: while a chunk is hashed, the one before it is written and the one
 * after it is read. Flushed at the end. Stops at the first piece whose bytes do not have its digest: the file is then of no use.
 *
 * Tensors are aligned to 32 bytes and file systems share blocks of 4096, so ranges cannot be cloned: all is copied.
 */
export async function spliceFile(path: string, pieces: readonly Piece[], { signal, onBytes, isTemporary = false }: SpliceOptions = {}): Promise<Spliced> {
  const sources = new Map<string, FileHandle>();
  const out = await open(path, 'wx');
  const whole = createHash('sha256');
  const digests: Sha256[] = [];
  const buffers = Array.from({ length: bufferCount }, () => Buffer.allocUnsafe(chunkBytes));
  const chunks = chunksOf(pieces, async (name) => {
    const handle = sources.get(name) ?? (await open(name, 'r'));
    sources.set(name, handle);
    return handle;
  });
  let hash = createHash('sha256');
  let sizeBytes = 0;
  let writing = Promise.resolve();
  const load = (index: number): Promise<Uint8Array> | null => {
    const loading = chunks[index]?.load(buffers[index % bufferCount] ?? Buffer.alloc(0)) ?? null;
    // Failures are met when the chunk's turn comes; until then they must not count as unhandled.
    loading?.catch(() => undefined);
    return loading;
  };
  try {
    let loading = load(0);
    for (const [index, { piece, isLast, length }] of chunks.entries()) {
      requireGoingOn(signal);
      const bytes = (await loading) ?? new Uint8Array();
      if (bytes.length < length) return { damaged: piece };
      loading = load(index + 1);
      await writing;
      writing = writeAll(out, bytes, sizeBytes);
      writing.catch(() => undefined);
      sizeBytes += bytes.length;
      onBytes?.(bytes.length);
      if (isTemporary) continue;
      whole.update(bytes);
      hash.update(bytes);
      if (!isLast) continue;
      const sha256 = hash.digest('hex');
      if ((expectedDigest(pieces[piece]) ?? sha256) !== sha256) return { damaged: piece };
      digests.push(sha256);
      hash = createHash('sha256');
    }
    await writing;
    if (!isTemporary) await out.sync();
  } finally {
    await writing.catch(() => undefined);
    await out.close();
    for (const handle of sources.values()) await handle.close();
  }
  return { id: { sha256: whole.digest('hex'), sizeBytes }, pieces: digests };
}

function chunksOf(pieces: readonly Piece[], opened: (path: string) => Promise<FileHandle>): Chunk[] {
  return pieces.flatMap((piece, index) => {
    if ('bytes' in piece) return [{ piece: index, isLast: true, length: piece.bytes.length, load: () => Promise.resolve(piece.bytes) }];
    const count = Math.max(1, Math.ceil(piece.length / chunkBytes));
    return Array.from({ length: count }, (_, part): Chunk => {
      const length = Math.min(chunkBytes, piece.length - part * chunkBytes);
      return { piece: index, isLast: part === count - 1, length, load: async (buffer) => readUpTo(await opened(piece.path), buffer.subarray(0, length), piece.offset + part * chunkBytes) };
    });
  });
}

async function readUpTo(file: FileHandle, buffer: Buffer, position: number): Promise<Uint8Array> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) return buffer.subarray(0, done);
    done += bytesRead;
  }
  return buffer;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function expectedDigest(piece: Piece | undefined): Sha256 | undefined {
  return piece !== undefined && 'path' in piece ? piece.sha256 : undefined;
}

function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new GgufError('INTERRUPTED', 'interrupted while writing');
}
