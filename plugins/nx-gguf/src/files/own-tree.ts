import { lstat, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { systemErrorCode } from '../core/errors.js';

/**
 * True for a directory that is reached from a root without a link: what is cleaned there is the root's own. The
 * root itself may be a link.
 */
export async function isOwnDirectory(root: string, directory: string): Promise<boolean> {
  let path = root;
  for (const part of relative(root, directory).split(sep).filter(Boolean)) {
    if (part === '..') return false;
    path = join(path, part);
    if ((await lstat(path).catch(() => null))?.isDirectory() !== true) return false;
  }
  return true;
}

/** Sorted names in a directory of a root's own tree; none where there is no such directory, or a link leads there. */
export async function ownNames(root: string, directory: string): Promise<string[]> {
  if (!(await isOwnDirectory(root, directory))) return [];
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

/** Removes what is in a root's own tree, with all that is in it; of a link the link alone, and nothing behind one. */
export async function removeOwn(root: string, path: string): Promise<void> {
  if (await isOwnDirectory(root, dirname(path))) await rm(path, { recursive: true, force: true });
}

/** Links among the directories of a root and their children, by their relative names: what is behind them is not its own. */
export async function linkedNames(root: string, directories: readonly string[]): Promise<string[]> {
  const linked: string[] = [];
  for (const directory of ['', ...directories])
    for (const name of await ownNames(root, join(root, directory)))
      if ((await lstat(join(root, directory, name)).catch(() => null))?.isSymbolicLink() === true)
        linked.push(join(directory, name));
  return linked;
}
