import { chmod, constants, copyFile, link, mkdir, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '../core/digest.js';
import { copyHashed } from './copy-hashed.js';
import { syncFile } from './durable.js';
import { temporaryBeside } from './temporary.js';

/** How a file came to its place. */
export type Placement = 'present' | 'reflink' | 'hardlink' | 'symlink' | 'copy';

/**
 * Puts the bytes of a file at a path, without a copy where that can be. The path holds the old file or the new
 * one at any moment.
 * @param isOutside somebody else owns the file: it gets no second name
 * @param check looks at the bytes before they take the path: where they are, and of a copy the digest, which is
 *   computed while it is made; what it throws leaves the path as it was
 */
export async function placeFile(
  from: string,
  path: string,
  {
    isOutside,
    check,
  }: { isOutside: boolean; check: (placed: string, copied: Sha256 | null) => Promise<void> },
): Promise<Placement> {
  return replaced(path, async (temporary) => {
    const { placement, copied } = await bring(from, temporary, isOutside);
    await check(temporary, copied);
    return placement;
  });
}

/** Puts a copy of a file at a path, after it was checked. */
export async function copyToOwn(
  from: string,
  path: string,
  check: (copy: string) => Promise<void>,
): Promise<void> {
  await replaced(path, async (temporary) => {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    await check(temporary);
    await syncFile(temporary);
  });
}

async function replaced<T>(path: string, make: (temporary: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = await temporaryBeside(path);
  try {
    const made = await make(temporary);
    await rename(temporary, path);
    return made;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function bring(
  from: string,
  to: string,
  isOutside: boolean,
): Promise<{ placement: Placement; copied: Sha256 | null }> {
  const { mtime } = await stat(from);
  const ways: [Placement, () => Promise<void>][] = [
    ['reflink', () => copyFile(from, to, constants.COPYFILE_FICLONE_FORCE)],
    isOutside ? ['symlink', () => symlink(from, to)] : ['hardlink', () => link(from, to)],
  ];
  for (const [placement, way] of ways) {
    try {
      await way();
      if (placement === 'reflink') await likeBlob(to, mtime);
      return { placement, copied: null };
    } catch {
      await rm(to, { force: true });
    }
  }
  const copied = await copyHashed(from, to);
  await likeBlob(to, mtime);
  return { placement: 'copy', copied };
}

async function likeBlob(path: string, mtime: Date): Promise<void> {
  await chmod(path, 0o444);
  await utimes(path, mtime, mtime);
  // The digest of the blob is that of this file from now on, so its record must not be the only thing that
  // survives a power failure.
  await syncFile(path);
}

/** True when two paths lead to the same file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  try {
    const [one, other] = await Promise.all([stat(a, { bigint: true }), stat(b, { bigint: true })]);
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}
