import { lstat, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../core/digest.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import { freeBytes } from '../files/free-space.js';
import type { StoreLayout } from './layout.js';
import { withLock, type LockOptions } from './lock.js';
import { processFileName, ownerOf } from '../files/process-file-name.js';
import { isOwnDirectory, ownNames } from '../files/own-tree.js';
import { releaseFifos } from '../files/release-fifos.js';

/**
 * Messages of tools about a full disk: of the C library, and of numpy, which reserves all the space before it
 * writes.
 */
const fullWords = /no space left on device|not enough free space|disk quota exceeded/i;
const nearlyFullBytes = 4 << 20;

/**
 * Runs work on an action in a fresh directory on the store's file system, one process at a time. What a
 * killed run left behind is removed first; the directory is removed afterwards, whatever happens.
 * @throws GgufError `DISK_FULL` when the work failed and the disk has no room left.
 */
export async function withWorkDir<T>(
  layout: StoreLayout,
  key: Sha256,
  options: LockOptions & { work: (directory: string) => Promise<T> },
): Promise<T> {
  const base = layout.work(key);
  return withLock(
    layout.actionLock(key),
    async () => {
      await removeAbandonedWork(layout, key);
      // A tool that outlived its killed parent cannot write into this one: the name is new each time.
      const directory = join(base, processFileName());
      try {
        await makeSharedDirectory(directory);
        return await options.work(directory);
      } catch (error) {
        throw await explainFailure(error, layout.root);
      } finally {
        // A directory that cannot be removed now does not change the result; the next run removes it.
        await removeWork(directory).catch(() => undefined);
        await rmdir(base).catch(() => undefined);
      }
    },
    options,
  );
}

/**
 * Removes what killed runs of an action left behind; the caller holds the action's lock. A machine that slept
 * can lose its lock and go on, so the directory of a process that still runs is left to it.
 */
export async function removeAbandonedWork(layout: StoreLayout, key: Sha256): Promise<void> {
  const base = layout.work(key);
  if (!(await isOwnDirectory(layout.root, base))) return;
  for (const name of await ownNames(layout.root, base)) {
    if (ownerOf(name) === 'runs') continue;
    // What only another user of the store may remove is in nobody's way.
    await removeWork(join(base, name)).catch((error: unknown) => {
      if (!['EACCES', 'EPERM'].includes(systemErrorCode(error) ?? '')) throw error;
    });
  }
  await rmdir(base).catch(() => undefined);
}

/** The keys of actions that a process works on, or was killed while working on. */
export function workInProgress(layout: StoreLayout): Promise<Sha256[]> {
  return ownNames(layout.root, layout.work(''));
}

/**
 * Removes a directory that tools worked in. One that outlived its parent may still write while its directory is
 * removed, or wait for the other end of a FIFO.
 */
export async function removeWork(path: string): Promise<void> {
  if ((await lstat(path).catch(() => null))?.isDirectory() === true) await releaseFifos(path);
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** A failure as it is, or as `DISK_FULL` when the disk of the store has no room left. */
export async function explainFailure(error: unknown, root: string): Promise<unknown> {
  const code = systemErrorCode(error);
  const toolFailed = isGgufError(error) && error.code !== 'INTERRUPTED';
  const full =
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (toolFailed &&
      (error.tail.some((line) => fullWords.test(line)) ||
        ((await freeBytes(root)) ?? Infinity) < nearlyFullBytes));
  if (!full) return error;
  return new GgufError('DISK_FULL', `no space left in the store's file system (${root})`, {
    hint: 'Free space, e.g. with `npx nx-gguf store gc`, or put the store elsewhere with NX_GGUF_STORE. Nothing half-written was kept.',
    cause: error,
    ...(isGgufError(error) ? { tail: error.tail } : {}),
  });
}
