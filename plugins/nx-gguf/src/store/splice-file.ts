import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Sha256 } from '../core/digest.js';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { backgroundFlush, quietly } from '../files/background-flush.js';
import type { BlobId } from '../files/hash-file.js';
import type { OnBytes } from '../files/hash-file.js';
import { hasherFor } from '../files/piece-hasher.js';

/** A piece of a file to be written: bytes in memory, or a range of another file whose digest may be known. */
export type Piece =
  | { bytes: Uint8Array }
  | {
      path: string;
      offset: number;
      length: number;
      sha256?: Sha256;
      /** Of a file that still grows: waits until it has that many bytes, or gets no more. */
      whenThere?: (sizeBytes: number) => Promise<void>;
    };

/**
 * A written file and the digest of each piece that came from a file, or the index of a piece that is not what
 * its digest says.
 */
export type Spliced = { id: BlobId; pieces: (Sha256 | null)[] } | { damaged: number };

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
const bufferCount = 4;

/**
 * Writes a new file piece by piece, in constant memory: chunks are read ahead and written while they are
 * hashed, the whole in this thread and the pieces, of a large file, in another. Flushed at the end. Stops
 * when a piece does not have its digest: the file is then of no use.
 *
 * Tensors are aligned to 32 bytes and file systems share blocks of 4096, so ranges cannot be cloned: all is
 * copied.
 */
export async function spliceFile(
  path: string,
  pieces: readonly Piece[],
  { signal, onBytes, isTemporary = false }: SpliceOptions = {},
): Promise<Spliced> {
  const total = pieces.reduce(
    (sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : piece.length),
    0,
  );
  const sources = openFiles();
  const chunks = chunksOf(pieces, sources.open);
  const buffers = Array.from({ length: bufferCount }, () =>
    Buffer.from(new SharedArrayBuffer(Math.min(chunkBytes, total))),
  );
  const busy: Promise<unknown>[] = buffers.map(() => Promise.resolve());
  const whole = createHash('sha256');
  const hasher = hasherFor(isTemporary ? 0 : total);
  const digests = new Array<Sha256 | null>(pieces.length).fill(null);
  const damaged: number[] = [];
  const out = await open(path, 'wx');
  let sizeBytes = 0;
  const flush = backgroundFlush(out);

  const load = async (index: number): Promise<Uint8Array> => {
    await busy[index % bufferCount];
    return (await chunks[index]?.load(buffers[index % bufferCount] ?? Buffer.alloc(0))) ?? new Uint8Array();
  };
  const hashPiece = async (bytes: Uint8Array, { piece, isLast }: Chunk): Promise<void> => {
    const expected = pieces[piece];
    if (isTemporary || expected === undefined || 'bytes' in expected) return;
    const digest = await hasher.update(bytes, isLast);
    if (!isLast) return;
    digests[piece] = digest;
    if (expected.sha256 !== undefined && expected.sha256 !== digest) damaged.push(piece);
  };
  try {
    let loading = quietly(load(0));
    for (const [index, chunk] of chunks.entries()) {
      requireGoingOn(signal);
      const bytes = await loading;
      if (bytes.length < chunk.length) damaged.push(chunk.piece);
      if (damaged.length > 0) break;
      loading = quietly(load(index + 1));
      busy[index % bufferCount] = quietly(
        Promise.all([writeAll(out, bytes, sizeBytes), hashPiece(bytes, chunk)]),
      );
      if (!isTemporary) whole.update(bytes);
      sizeBytes += bytes.length;
      onBytes?.(bytes.length);
      if (!isTemporary) await flush.grown(sizeBytes);
    }
    await Promise.all(busy);
    await flush.settled();
    if (damaged.length > 0) return { damaged: Math.min(...damaged) };
    if (!isTemporary) await out.sync();
  } finally {
    await Promise.allSettled([...busy, flush.settled()]);
    await Promise.all([out.close(), hasher.close(), sources.close()]);
  }
  return { id: { sha256: whole.digest('hex'), sizeBytes }, pieces: digests };
}

/** Files that are opened once and closed together. */
function openFiles(): { open: (path: string) => Promise<FileHandle>; close: () => Promise<void> } {
  const opened = new Map<string, Promise<FileHandle>>();
  return {
    open: (path) => {
      const handle = opened.get(path) ?? open(path, 'r');
      opened.set(path, handle);
      return handle;
    },
    close: async () => {
      for (const handle of opened.values()) await (await handle.catch(() => null))?.close();
    },
  };
}

function chunksOf(pieces: readonly Piece[], opened: (path: string) => Promise<FileHandle>): Chunk[] {
  return pieces.flatMap((piece, index) => {
    if ('bytes' in piece)
      return [
        { piece: index, isLast: true, length: piece.bytes.length, load: () => Promise.resolve(piece.bytes) },
      ];
    const count = Math.max(1, Math.ceil(piece.length / chunkBytes));
    return Array.from({ length: count }, (_, part): Chunk => {
      const length = Math.min(chunkBytes, piece.length - part * chunkBytes);
      const load = async (buffer: Buffer): Promise<Uint8Array> => {
        const offset = piece.offset + part * chunkBytes;
        await piece.whenThere?.(offset + length);
        const file = await opened(piece.path).catch(ifGone);
        return file === null ? new Uint8Array() : readUpTo(file, buffer.subarray(0, length), offset);
      };
      return { piece: index, isLast: part === count - 1, length, load };
    });
  });
}

/** A file that was removed meanwhile gives no bytes. */
function ifGone(error: unknown): null {
  if (systemErrorCode(error) === 'ENOENT') return null;
  throw error;
}

async function readUpTo(file: FileHandle, buffer: Buffer, position: number): Promise<Uint8Array> {
  for (let done = 0; done < buffer.length;) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) return buffer.subarray(0, done);
    done += bytesRead;
  }
  return buffer;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new GgufError('INTERRUPTED', 'interrupted while writing');
}
