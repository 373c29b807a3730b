import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sha256 } from '../core/digest.js';
import { systemErrorCode } from '../core/errors.js';
import { makeDirectory, publish } from '../files/durable.js';
import { openFile, readSmallFile } from '../files/small-file.js';
import { temporaryBeside } from '../files/temporary.js';
import {
  longestManifestBytes,
  manifestIn,
  RemoteFailure,
  tooLong,
  type RemoteStore,
} from './remote-store.js';

const readBytes = 1 << 20;

/**
 * A directory that several machines see, on a network file system too: files get their name by a rename when
 * all of their bytes are flushed, and no lock is needed.
 */
export function fileRemote(directory: string): RemoteStore {
  const blob = (sha256: Sha256): string => join(directory, 'cas', sha256.slice(0, 2), sha256);
  const action = (key: Sha256): string => join(directory, 'ac', key.slice(0, 2), `${key}.json`);
  return {
    hasBlob: (sha256) => failing(async () => (await sizeOf(blob(sha256))) !== null),
    readBlob: (sha256, fromBytes) =>
      failing(async () => {
        const handle = await openThere(blob(sha256));
        return handle === null ? null : { fromBytes, bytes: bytesOf(handle, fromBytes) };
      }),
    writeBlob: (offered, signal) =>
      failing(() =>
        writeAtomically(blob(offered.sha256), {
          root: directory,
          bytes: offered.read(0),
          sizeBytes: offered.sizeBytes,
          signal,
        }),
      ),
    readAction: (key) =>
      failing(async () => {
        const bytes = await readSmallFile(action(key), longestManifestBytes).catch(absent);
        return bytes === null ? null : manifestIn(bytes);
      }),
    writeAction: (key, text, signal) =>
      failing(() =>
        writeAtomically(action(key), {
          root: directory,
          bytes: [Buffer.from(text)],
          sizeBytes: Buffer.byteLength(text),
          signal,
        }),
      ),
    close: () => Promise.resolve(),
  };
}

async function writeAtomically(
  path: string,
  {
    root,
    bytes,
    sizeBytes,
    signal,
  }: {
    root: string;
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
    sizeBytes: number;
    signal: AbortSignal;
  },
): Promise<void> {
  await makeDirectory(dirname(path));
  const temporary = await temporaryBeside(path, root);
  try {
    const handle = await open(temporary, 'wx', 0o644);
    try {
      for await (const part of bytes) {
        signal.throwIfAborted();
        for (let done = 0; done < part.length;)
          done += (await handle.write(part, done, part.length - done)).bytesWritten;
      }
      await handle.sync();
      // A full network file system may say so at the end only.
      if ((await handle.stat()).size !== sizeBytes)
        throw new RemoteFailure('unavailable', 'a file that was written has another size than what was sent');
    } finally {
      await handle.close();
    }
    await publish(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function* bytesOf(handle: FileHandle, fromBytes: number): AsyncGenerator<Uint8Array> {
  try {
    for (let position = fromBytes; ;) {
      const { bytesRead, buffer } = await failing(() =>
        handle.read(Buffer.allocUnsafe(readBytes), 0, readBytes, position),
      );
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function openThere(path: string): Promise<FileHandle | null> {
  return openFile(path).catch(absent);
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then((info) => (info.isFile() ? info.size : null), absent);
}

function absent(error: unknown): null {
  if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null;
  throw error;
}

/**
 * Errors of the shared directory are the remote's; those of what is read from this machine are not system
 * errors of it.
 */
async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null || !/^E[A-Z0-9]+$/.test(code)) throw error;
    // One entry is no file, or not a whole one; the others may be.
    if (code === 'ENOTFILE' || code === 'EISDIR' || code === 'ELOOP')
      throw new RemoteFailure('malformed', 'what lies there is no file', { cause: error });
    if (code === 'ETOOLONG') throw tooLong();
    if (code === 'ECHANGED')
      throw new RemoteFailure('malformed', 'it changed while it was read', { cause: error });
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
      throw new RemoteFailure('refused', 'it is not permitted to this user', { cause: error });
    if (code === 'ENOSPC' || code === 'EDQUOT')
      throw new RemoteFailure('refused', 'it has no space left', { cause: error });
    throw new RemoteFailure('unavailable', `the directory cannot be used (${code})`, { cause: error });
  }
}
