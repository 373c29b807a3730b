import { lstat, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { systemErrorCode } from '../core/errors.js';
import { ownNames, removeOwn } from '../files/own-tree.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import type { StoreLayout } from '../store/layout.js';

/** What the processes of one run tell each other about a remote. */
export interface BreakerState {
  has: (note: string) => Promise<boolean>;
  /** True when nobody of this run had noted it before. */
  add: (note: string) => Promise<boolean>;
}

/** Notes of other runs are of no use after this time, in ms. */
export const keptStateMs = 86_400_000;

/** Where the notes of all runs are. */
export function breakerStateDirectory({ root }: Pick<StoreLayout, 'root'>): string {
  return join(root, 'remotes');
}

/**
 * Notes about a remote that all processes of a run share, so that what is down is found to be down, and told,
 * once.
 * @param run names the run: one name for all its processes
 */
export function breakerState(
  store: Pick<StoreLayout, 'root'>,
  { remote, run, nowMs }: { remote: string; run: string; nowMs: () => number },
): BreakerState {
  const all = breakerStateDirectory(store);
  const directory = join(all, sha256(`${run}\n${remote}`).slice(0, 32));
  return {
    has: (note) =>
      stat(join(directory, note)).then(
        () => true,
        () => false,
      ),
    add: async (note) => {
      await forgetOld(store.root, all, nowMs() - keptStateMs).catch(() => undefined);
      await makeSharedDirectory(directory).catch(() => undefined);
      // Where nothing can be noted, on a full disk, each process finds out by itself.
      return writeFile(join(directory, note), '', { flag: 'wx' }).then(
        () => true,
        (error: unknown) => systemErrorCode(error) !== 'EEXIST',
      );
    },
  };
}

async function forgetOld(root: string, all: string, beforeMs: number): Promise<void> {
  for (const name of await ownNames(root, all)) {
    const info = await lstat(join(all, name)).catch(() => null);
    if (info !== null && info.mtimeMs < beforeMs) await removeOwn(root, join(all, name));
  }
}
