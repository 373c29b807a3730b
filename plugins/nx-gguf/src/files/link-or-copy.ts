import { chmod, constants, copyFile, link, mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFile } from './durable.js';
import { temporaryBeside } from './temporary.js';

/** How a file came to its place. */
export type Placement = 'present' | 'reflink' | 'hardlink' | 'copy';

/**
 * Puts the bytes of a blob at a path: a reflink where the file system shares blocks, else a hard link to the
 * read-only blob, else a copy. The path holds the old file or the new one at any moment.
 */
export async function placeFile(blob: string, path: string): Promise<Placement> {
  if (await isPlaced(blob, path)) return 'present';
  await mkdir(dirname(path), { recursive: true });
  const temporary = await temporaryBeside(path);
  try {
    const placement = await bring(blob, temporary);
    await rename(temporary, path);
    return placement;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function bring(blob: string, to: string): Promise<Placement> {
  const { mtime } = await stat(blob);
  const ways: [Placement, () => Promise<void>][] = [
    ['reflink', () => copyFile(blob, to, constants.COPYFILE_FICLONE_FORCE)],
    ['hardlink', () => link(blob, to)],
  ];
  for (const [placement, way] of ways) {
    try {
      await way();
      if (placement === 'reflink') await likeBlob(to, mtime);
      return placement;
    } catch {
      await rm(to, { force: true });
    }
  }
  await copyFile(blob, to);
  await likeBlob(to, mtime);
  return 'copy';
}

async function likeBlob(path: string, mtime: Date): Promise<void> {
  await chmod(path, 0o444);
  await utimes(path, mtime, mtime);
  // Size and mtime stand for the bytes from now on, so these must not be the only thing that survives a power
  // failure.
  await syncFile(path);
}

/** True when a path holds the bytes of a blob: it is the same file, or one of its size and time. */
export async function isPlaced(blob: string, path: string): Promise<boolean> {
  try {
    const [from, to] = await Promise.all([stat(blob), stat(path)]);
    if (from.dev === to.dev && from.ino === to.ino) return true;
    return to.isFile() && from.size === to.size && Math.abs(from.mtimeMs - to.mtimeMs) < 2;
  } catch {
    return false;
  }
}
