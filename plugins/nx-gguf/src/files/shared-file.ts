import type { Stats } from 'node:fs';
import { chmod, copyFile, constants, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemErrorCode } from '../core/errors.js';
import { groupOf } from './shared-directory.js';
import { temporaryBeside } from './temporary.js';

/** What the group may do with files and directories of a tree, where their owner may. */
const [groupReads, groupEnters] = [0o040, 0o010];

/** Lets the group of a shared directory read a file in it, whatever the umask of who made it. */
export async function shareFile(path: string): Promise<void> {
  if ((await groupOf(dirname(path))) === null) return;
  await addMode(path, await stat(path), groupReads);
}

/** The same for all that is in a directory, which must not be used by others yet. Links are left. */
export async function shareTree(directory: string): Promise<void> {
  if ((await groupOf(dirname(directory))) === null) return;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() && !entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const info = await lstat(path);
    await addMode(path, info, (info.mode & 0o100) === 0 ? groupReads : groupReads | groupEnters);
  }
}

async function addMode(path: string, { mode }: Stats, bits: number): Promise<void> {
  // Of another user's file only its owner may change the mode.
  if ((mode & bits) !== bits) await chmod(path, (mode & 0o7777) | bits).catch(() => undefined);
}

/**
 * Makes a file in a shared directory this user's own, by a copy, so that it can be written on, and its mode and times
 * set. One that may not be read is removed.
 */
export async function takeOver(path: string): Promise<void> {
  const info = await lstat(path).catch(() => null);
  if (info?.isFile() !== true || isOwn(info)) return;
  const copy = await temporaryBeside(path);
  try {
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    await rename(copy, path);
  } catch (error) {
    await rm(copy, { force: true });
    if (systemErrorCode(error) !== 'EACCES') throw error;
    await rm(path, { force: true });
  }
}

/** True for what this user made. */
export function isOwn({ uid }: Pick<Stats, 'uid'>): boolean {
  const own = process.geteuid?.();
  return own === undefined || own === uid;
}
