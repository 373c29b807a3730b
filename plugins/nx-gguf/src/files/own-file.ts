import { randomBytes } from 'node:crypto';
import { constants, copyFile, lstat, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * A file of a work directory that the store may take over: the file itself, or a copy where the path is a
 * link, leads through one, or where the file has another name elsewhere. A file that a step merely links to
 * belongs to somebody else.
 */
export async function ownFile(directory: string, path: string): Promise<string> {
  const real = await realpath(path);
  const isWithin = real === join(await realpath(directory), relative(directory, path));
  if (isWithin && (await lstat(path)).nlink === 1) return path;
  const copy = join(directory, `copy-${randomBytes(6).toString('hex')}`);
  await copyFile(real, copy, constants.COPYFILE_FICLONE);
  return copy;
}
