import { rm, lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ownNames } from './own-tree.js';
import { isProcessFileName, processFileName, ownerOf } from './process-file-name.js';

/**
 * A temporary file of a process on another machine, or in another container, counts as abandoned after this
 * time without a change.
 */
const abandonedMs = 3_600_000;
const suffix = '.tmp';

/**
 * A path beside another, for the file that will take its place by a rename. What killed processes left there
 * under such names is removed, unless a link leads there from the root.
 */
export async function temporaryBeside(path: string, root = dirname(path)): Promise<string> {
  const prefix = `${basename(path)}.`;
  for (const name of await ownNames(root, dirname(path))) {
    if (
      name.startsWith(prefix) &&
      isProcessFileName(name.slice(prefix.length, -suffix.length)) &&
      (await isAbandoned(join(dirname(path), name)))
    ) {
      await rm(join(dirname(path), name), { force: true });
    }
  }
  return `${path}.${processFileName()}${suffix}`;
}

/** True for a temporary file that nobody will finish. */
export async function isAbandoned(path: string): Promise<boolean> {
  const owned = path.endsWith(suffix) ? (path.slice(0, -suffix.length).split('.').at(-1) ?? '') : '';
  if (!isProcessFileName(owned)) return false;
  const owner = ownerOf(owned);
  if (owner !== 'unknown') return owner === 'gone';
  const info = await lstat(path).catch(() => null);
  return info !== null && info.mtimeMs < Date.now() - abandonedMs;
}
