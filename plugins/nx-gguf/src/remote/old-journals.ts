import { lstat, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256 } from '../core/digest.js';
import type { StoreLayout } from '../store/layout.js';
import { isOwnDirectory, ownNames, removeOwn } from '../files/own-tree.js';
import { ownerOf } from '../files/process-file-name.js';
import { keptStateMs, breakerStateDirectory } from './breaker-state.js';
import { uploadsDirectory } from './upload-journal.js';

/** Times in ms since 1970. */
export interface OldJournals {
  /** Results that were to be uploaded before this, and were not, are given up. */
  usedSinceMs: number;
  nowMs: number;
  dryRun: boolean;
}

/** Removes notes of uploads that will not come about, and what former runs noted about remotes; how many. */
export async function removeOldJournals(
  store: StoreLayout,
  { usedSinceMs, nowMs, dryRun }: OldJournals,
): Promise<number> {
  let removed = 0;
  const remove = async (path: string): Promise<void> => {
    removed++;
    if (!dryRun) await removeOwn(store.root, path);
  };
  for (const remote of await ownNames(store.root, uploadsDirectory(store))) {
    const directory = join(uploadsDirectory(store), remote);
    for (const name of await ownNames(store.root, directory)) {
      const [key = '', owner = ''] = name.split('.');
      if (!isSha256(key) || ownerOf(owner) === 'runs') continue;
      const isKnown = await stat(store.action(key)).then(
        () => true,
        () => false,
      );
      if (!isKnown || (await changedMs(join(directory, name))) < usedSinceMs)
        await remove(join(directory, name));
    }
    if (!dryRun && (await isOwnDirectory(store.root, directory)))
      await rmdir(directory).catch(() => undefined);
  }
  for (const run of await ownNames(store.root, breakerStateDirectory(store))) {
    const path = join(breakerStateDirectory(store), run);
    if ((await changedMs(path)) < nowMs - keptStateMs) await remove(path);
  }
  return removed;
}

async function changedMs(path: string): Promise<number> {
  return lstat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
}
