import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../core/digest.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { freeBytes } from './free-space.js';
import type { StoreLayout } from './layout.js';
import { withLock, type LockOptions } from './lock.js';

const nearlyFullBytes = 4 << 20;

/**
 * Runs work on an action in a fresh directory on the store's file system, one process at a time. What a killed run
 * left behind is removed first; the directory is removed afterwards, whatever happens.
 * @throws GgufError `DISK_FULL` when the work failed and the disk has no room left.
 */
export async function withWorkDir<T>(layout: StoreLayout, key: Sha256, options: LockOptions & { work: (directory: string) => Promise<T> }): Promise<T> {
  const base = layout.work(key);
  return withLock(layout.actionLock(key), async () => {
    await rm(base, { recursive: true, force: true });
    // A tool that outlived its killed parent cannot write into this one: the name is new each time.
    const directory = join(base, randomBytes(6).toString('hex'));
    try {
      await mkdir(directory, { recursive: true });
      return await options.work(directory);
    } catch (error) {
      throw await explained(error, layout.root);
    } finally {
      await rm(base, { recursive: true, force: true });
    }
  }, options);
}

/** The keys of actions that somebody works on, or was killed while working on. */
export async function workInProgress(layout: StoreLayout): Promise<Sha256[]> {
  try {
    return await readdir(layout.work(''));
  } catch {
    return [];
  }
}

async function explained(error: unknown, root: string): Promise<unknown> {
  const code = systemErrorCode(error);
  const toolFailed = isGgufError(error) && error.code !== 'INTERRUPTED';
  const full = code === 'ENOSPC' || code === 'EDQUOT' || (toolFailed && ((await freeBytes(root)) ?? Infinity) < nearlyFullBytes);
  if (!full) return error;
  return new GgufError('DISK_FULL', `no space left in the store's file system (${root})`, {
    hint: 'Free space, e.g. with `gguf-store gc`, or put the store elsewhere with NX_GGUF_STORE. Nothing half-written was kept.',
    cause: error,
    ...(isGgufError(error) ? { tail: error.tail } : {}),
  });
}
