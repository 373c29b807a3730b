import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { makeSharedDirectory } from '../files/shared-directory.js';

/** Options of a lock. */
export interface LockOptions {
  /** Called once when another process holds the lock and this one begins to wait. */
  onWait?: () => void;
  signal?: AbortSignal;
}

const staleMs = 10_000;
const pollMs = 250;

/**
 * Runs the work while no other process on any machine that shares the directory holds the same lock.
 * The lock of a process that died is taken over after ten seconds. A lock saves double work only:
 * correctness never rests on it, because results are published by atomic renames.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await makeSharedDirectory(dirname(path));
  const release = await acquire(path, options);
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

async function acquire(path: string, { onWait, signal }: LockOptions): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted === true)
      throw new GgufError('INTERRUPTED', 'interrupted while waiting for another process');
    try {
      return await lockfile.lock(path, {
        realpath: false,
        stale: staleMs,
        update: staleMs / 4,
        lockfilePath: `${path}.lock`,
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (systemErrorCode(error) !== 'ELOCKED') throw error;
    }
    if (attempt === 0) onWait?.();
    await setTimeout(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
