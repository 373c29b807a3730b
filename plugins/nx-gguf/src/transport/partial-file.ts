import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { backgroundFlush, quietly } from '../files/background-flush.js';
import { hasherFor } from '../files/piece-hasher.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import { notFile } from '../files/small-file.js';
import { interrupted } from './retry.js';
import { shareFile, takeOver } from '../files/shared-file.js';

/**
 * A file that is being received: its bytes so far, hashed as they came. All but the last MiB or four survives
 * the process; the next one hashes it again.
 */
export interface PartialFile {
  path: string;
  readonly sizeBytes: number;
  append: (bytes: Uint8Array) => Promise<void>;
  /** Forgets all bytes. */
  restart: () => Promise<void>;
  /** Digests of the bytes so far. */
  digests: () => Promise<{ sha256: string; gitOid: string | null }>;
  sync: () => Promise<void>;
  close: () => Promise<void>;
}

/**
 * The facts of a file that are known before it is received: its size, and the kind of git object id to
 * compute, which needs the size.
 */
export interface ExpectedFile {
  sizeBytes: number | null;
  gitOidLength: number | null;
}

/** Opens a partial file, with what an earlier process left of it. */
export async function openPartial(
  path: string,
  expected: ExpectedFile,
  signal: AbortSignal | undefined,
): Promise<PartialFile> {
  await makeSharedDirectory(dirname(path));
  await takeOver(path);
  const handle = await openOwn(path);
  await shareFile(path);
  const digests = runningDigests(expected);
  const close = async (): Promise<void> => {
    await Promise.all([handle.close(), digests.close()]);
  };
  try {
    let sizeBytes = (await handle.stat()).size;
    if (expected.sizeBytes !== null && sizeBytes > expected.sizeBytes) {
      await handle.truncate(0);
      sizeBytes = 0;
    }
    const chunks = ringOfChunks(expected);
    await rehash(handle, { digests, chunks, signal });
    const writer = chunkWriter(handle, { chunks, digests, startBytes: sizeBytes });
    return {
      path,
      get sizeBytes() {
        return sizeBytes;
      },
      append: async (bytes) => {
        sizeBytes += bytes.length;
        await writer.add(bytes);
      },
      restart: async () => {
        await writer.finish();
        await handle.truncate(0);
        sizeBytes = 0;
        await digests.restart();
      },
      digests: async () => {
        await writer.finish();
        return digests.soFar();
      },
      sync: async () => {
        await writer.finish();
        await handle.sync();
      },
      close: async () => {
        // A failure was thrown by `append` or `sync` already; the received bytes are of use to the next
        // attempt.
        await writer.finish().catch(() => undefined);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * What another user of the store left may not be written to, or is a link or a pipe in place of a file: the file
 * is received from its start. Bytes are never written through a link.
 */
async function openOwn(path: string): Promise<FileHandle> {
  return openedOwn(path).catch(async (error: unknown) => {
    if (!['EACCES', 'ELOOP', 'ENOTFILE'].includes(systemErrorCode(error) ?? '')) throw error;
    await rm(path);
    return openedOwn(path);
  });
}

async function openedOwn(path: string): Promise<FileHandle> {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw notFile(path);
}

const chunkBytes = 1 << 20;
const chunkCount = 4;

/** A buffer that is filled, then written and hashed, then filled again. */
interface Chunk {
  buffer: Buffer;
  busy: Promise<unknown>;
}

function ringOfChunks({ sizeBytes }: ExpectedFile): Chunk[] {
  const length = Math.max(1, Math.min(chunkBytes, sizeBytes ?? chunkBytes));
  return Array.from({ length: chunkCount }, () => ({
    buffer: Buffer.from(new SharedArrayBuffer(length)),
    busy: Promise.resolve(),
  }));
}

interface ChunkWriter {
  /** Takes bytes. @throws what an earlier write failed with */
  add: (bytes: Uint8Array) => Promise<void>;
  /** Writes and hashes all that came. @throws what a write or a flush failed with */
  finish: () => Promise<void>;
}

/**
 * Appends to a file: what comes in small pieces is copied into chunks, which are written, hashed and flushed
 * while more comes.
 */
function chunkWriter(
  handle: FileHandle,
  { chunks, digests, startBytes }: { chunks: readonly Chunk[]; digests: RunningDigests; startBytes: number },
): ChunkWriter {
  const flush = backgroundFlush(handle);
  let writing: Promise<void> = Promise.resolve();
  let writtenBytes = startBytes;
  let current = 0;
  let filledBytes = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length;)
      done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
    writtenBytes += bytes.length;
    await flush.grown(writtenBytes);
  };
  const handOver = (chunk: Chunk): void => {
    const bytes = chunk.buffer.subarray(0, filledBytes);
    writing = quietly(writing.then(() => write(bytes)));
    chunk.busy = quietly(Promise.all([writing, digests.update(bytes)]));
    current = (current + 1) % chunks.length;
    filledBytes = 0;
  };
  return {
    add: async (bytes) => {
      for (let taken = 0; taken < bytes.length;) {
        const chunk = chunkAt(chunks, current);
        if (filledBytes === 0) await chunk.busy;
        const piece = bytes.subarray(taken, taken + chunk.buffer.length - filledBytes);
        chunk.buffer.set(piece, filledBytes);
        filledBytes += piece.length;
        taken += piece.length;
        if (filledBytes === chunk.buffer.length) handOver(chunk);
      }
    },
    finish: async () => {
      if (filledBytes > 0) handOver(chunkAt(chunks, current));
      await Promise.all(chunks.map(({ busy }) => busy));
      await flush.settled();
    },
  };
}

function chunkAt(chunks: readonly Chunk[], index: number): Chunk {
  const chunk = chunks[index];
  if (chunk === undefined) throw new Error(`no chunk ${index}`);
  return chunk;
}

/** Removes what was received of a file. */
export async function discardPartial(path: string): Promise<void> {
  await rm(path, { force: true });
}

interface RunningDigests {
  update: (bytes: Uint8Array) => Promise<unknown>;
  soFar: () => Promise<{ sha256: string; gitOid: string | null }>;
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

/** sha256, and git's object id (sha1 or sha256 over a header with the size, then the bytes). */
function runningDigests({ sizeBytes, gitOidLength }: ExpectedFile): RunningDigests {
  const newOid = (): Hash | null =>
    gitOidLength === null || sizeBytes === null
      ? null
      : createHash(gitOidLength === 64 ? 'sha256' : 'sha1').update(`blob ${sizeBytes}\0`);
  const content = hasherFor(sizeBytes ?? 0);
  let oid = newOid();
  return {
    update: (bytes) => {
      oid?.update(bytes);
      return content.update(bytes, false);
    },
    soFar: async () => ({ sha256: await content.soFar(), gitOid: oid?.copy().digest('hex') ?? null }),
    restart: async () => {
      await content.update(new Uint8Array(), true);
      oid = newOid();
    },
    close: () => content.close(),
  };
}

async function rehash(
  handle: FileHandle,
  { digests, chunks, signal }: { digests: RunningDigests; chunks: Chunk[]; signal: AbortSignal | undefined },
): Promise<void> {
  let position = 0;
  for (let index = 0; ; index++) {
    if (signal?.aborted === true) throw interrupted('hashing what was received');
    const chunk = chunkAt(chunks, index % chunks.length);
    await chunk.busy;
    const { bytesRead } = await handle.read(chunk.buffer, 0, chunk.buffer.length, position);
    if (bytesRead === 0) break;
    chunk.busy = quietly(digests.update(chunk.buffer.subarray(0, bytesRead)));
    position += bytesRead;
  }
  await Promise.all(chunks.map(({ busy }) => busy));
}
