import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';

/** The longest file that is read as a whole where nothing else is said. */
const usualBytes = 64 << 20;

/**
 * Opens a file of bytes to read it. A pipe that nobody writes to would be waited for without end, and a device
 * gives bytes without end, or does something when it is opened: these are found before, and again on what was
 * opened. Links are followed.
 * @throws Error with the code `ENOTFILE` or `EISDIR`, or what the operating system says
 */
export async function openFile(path: string): Promise<FileHandle> {
  requireFile(await stat(path), path);
  // Windows has no such flag: the constant is undefined there, and counts as 0.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    requireFile(await handle.stat(), path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The bytes of a file that somebody else wrote or may write to. Its size is looked at before and while it is
 * read, so that no more of it is held than that.
 * @throws Error with the code `ENOTFILE`, `EISDIR`, `ETOOLONG` or `ECHANGED`, or what the operating system says
 */
export async function readSmallFile(path: string, longestBytes = usualBytes): Promise<Buffer> {
  const handle = await openFile(path);
  try {
    const { size } = await handle.stat();
    if (size > longestBytes) throw failure('ETOOLONG', path, `${size} bytes`);
    // One byte more, which a file that grows has.
    const bytes = Buffer.allocUnsafe(size + 1);
    let done = 0;
    for (let count = 1; count > 0 && done < bytes.length; done += count)
      count = (await handle.read(bytes, done, bytes.length - done, done)).bytesRead;
    if (done !== size) throw changedWhileRead(path);
    return bytes.subarray(0, size);
  } finally {
    await handle.close();
  }
}

/** The same as text. What is no UTF-8 is replaced, as `readFile` does. */
export async function readSmallText(path: string, longestBytes = usualBytes): Promise<string> {
  return (await readSmallFile(path, longestBytes)).toString('utf8');
}

/** The error for what is no file of bytes. */
export function notFile(path: string): Error {
  return failure('ENOTFILE', path, 'a pipe, a socket or a device');
}

/** The error for a file that is no longer as long as it was. */
export function changedWhileRead(path: string): Error {
  return failure('ECHANGED', path, 'another size');
}

function requireFile(info: Stats, path: string): void {
  if (info.isDirectory()) throw failure('EISDIR', path, 'a directory');
  if (!info.isFile()) throw notFile(path);
}

/** In the form of an error of the operating system, which callers tell as such. */
function failure(code: string, path: string, found: string): Error {
  return Object.assign(new Error(`${code}: ${found}, read '${path}'`), { code, syscall: 'read', path });
}
