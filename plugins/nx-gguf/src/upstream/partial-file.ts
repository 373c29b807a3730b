import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { backgroundFlush, quietly } from '../store/background-flush.js';
import { interrupted } from './retry.js';

/** A file that is being received: its bytes so far, hashed as they came. All but the last MiB or two survives the process; the next one hashes it again. */
export interface PartialFile {
  path: string;
  readonly sizeBytes: number;
  append: (bytes: Uint8Array) => Promise<void>;
  /** Forgets all bytes. */
  restart: () => Promise<void>;
  /** sha256 of the bytes so far; hashing goes on. */
  sha256: () => string;
  /** Digests of the bytes so far; ends the hashing. */
  digests: () => { sha256: string; gitOid: string | null };
  sync: () => Promise<void>;
  close: () => Promise<void>;
}

const readBytes = 1 << 20;
const writeBytes = 1 << 20;

/**
 * Opens a partial file, with what an earlier process left of it.
 * @param expected size where known, and the kind of git object id to compute, which needs the size
 */
export async function openPartial(path: string, expected: { sizeBytes: number | null; gitOidLength: number | null }, signal: AbortSignal | undefined): Promise<PartialFile> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'a+');
  try {
    let sizeBytes = (await handle.stat()).size;
    if (expected.sizeBytes !== null && sizeBytes > expected.sizeBytes) {
      await handle.truncate(0);
      sizeBytes = 0;
    }
    let hashes = newHashes(expected);
    await rehash(handle, hashes, signal);
    const writer = gatheringWriter(handle, sizeBytes);
    return {
      path,
      get sizeBytes() { return sizeBytes; },
      append: async (bytes) => {
        sizeBytes += bytes.length;
        for (const hash of hashes) hash.update(bytes);
        await writer.add(bytes);
      },
      restart: async () => {
        await writer.finish();
        await handle.truncate(0);
        sizeBytes = 0;
        hashes = newHashes(expected);
      },
      sha256: () => hashes[0]?.copy().digest('hex') ?? '',
      digests: () => ({ sha256: hashes[0]?.digest('hex') ?? '', gitOid: hashes[1]?.digest('hex') ?? null }),
      sync: async () => {
        await writer.finish();
        await handle.sync();
      },
      close: async () => {
        // What failed was told by `append` or `sync`; what is there is of use to the next attempt.
        await writer.finish().catch(() => undefined);
        await handle.close();
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface GatheringWriter {
  /** Takes bytes, which must not change any more. @throws what an earlier write failed with */
  add: (bytes: Uint8Array) => Promise<void>;
  /** Writes what was gathered. @throws what a write or a flush failed with */
  finish: () => Promise<void>;
}

/** Appends to a file: what comes in small pieces is written in larger ones, while more comes, and flushed beside. */
function gatheringWriter(handle: FileHandle, startBytes: number): GatheringWriter {
  const flush = backgroundFlush(handle);
  let writing: Promise<void> = Promise.resolve();
  let writtenBytes = startBytes;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  const write = async (pieces: Uint8Array[]): Promise<void> => {
    const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
    for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
    writtenBytes += bytes.length;
    await flush.grown(writtenBytes);
  };
  const writeGathered = async (): Promise<void> => {
    await writing;
    if (gatheredBytes > 0) writing = quietly(write(gathered));
    gathered = [];
    gatheredBytes = 0;
  };
  return {
    add: async (bytes) => {
      gathered.push(bytes);
      gatheredBytes += bytes.length;
      if (gatheredBytes >= writeBytes) await writeGathered();
    },
    finish: async () => {
      await writeGathered();
      await writing;
      await flush.settled();
    },
  };
}

/** Removes what was received of a file. */
export async function discardPartial(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** sha256, and git's object id (sha1 or sha256 over a header with the size, then the bytes). */
function newHashes({ sizeBytes, gitOidLength }: { sizeBytes: number | null; gitOidLength: number | null }): Hash[] {
  const content = createHash('sha256');
  if (gitOidLength === null || sizeBytes === null) return [content];
  return [content, createHash(gitOidLength === 64 ? 'sha256' : 'sha1').update(`blob ${sizeBytes}\0`)];
}

async function rehash(handle: FileHandle, hashes: readonly Hash[], signal: AbortSignal | undefined): Promise<void> {
  const buffer = Buffer.allocUnsafe(readBytes);
  for (let position = 0; ;) {
    if (signal?.aborted === true) throw interrupted('hashing what was received');
    const { bytesRead } = await handle.read(buffer, 0, readBytes, position);
    if (bytesRead === 0) return;
    for (const hash of hashes) hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
