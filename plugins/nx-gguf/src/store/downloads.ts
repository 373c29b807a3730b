import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownNames, removeOwn } from '../files/own-tree.js';
import type { StoreLayout } from './layout.js';
import { withLock } from './lock.js';

/** The directory of unfinished downloads: parts of files by digest, and copies of git repositories. */
export function downloadsDirectory({ root }: Pick<StoreLayout, 'root'>): string {
  return join(root, 'downloads');
}

/**
 * Where the bytes received so far of a file are kept, by the digest that it is known by, whatever place they
 * come from.
 */
export function partialPath(
  layout: Pick<StoreLayout, 'root'>,
  { sha256, gitOid }: { sha256: string | null; gitOid: string | null },
): string {
  return join(downloadsDirectory(layout), `${sha256 ?? `git-${gitOid ?? ''}`}.part`);
}

/**
 * Removes downloads that were not continued since a time (ms since 1970) and that no process works on;
 * returns their number.
 */
export async function removeOldDownloads(
  layout: StoreLayout,
  { usedSinceMs, dryRun }: { usedSinceMs: number; dryRun: boolean },
): Promise<number> {
  const directory = downloadsDirectory(layout);
  let removed = 0;
  for (const name of await ownNames(layout.root, directory)) {
    const path = join(directory, name);
    const info = await lstat(path).catch(() => null);
    if (info === null || info.mtimeMs >= usedSinceMs || name.endsWith('.lock')) continue;
    const waited = new AbortController();
    await withLock(
      path,
      async () => {
        removed++;
        if (!dryRun) await removeOwn(layout.root, path);
      },
      { signal: waited.signal, onWait: () => waited.abort() },
    ).catch(() => undefined);
  }
  return removed;
}
