import pLimit, { type LimitFunction } from 'p-limit';

/**
 * Runs works of the same key, a given number at a time; further works of that key wait for their turn, works
 * of other keys do not.
 */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * Turns within this process, `most` works of a key at a time; with 1 it is a lock for each key.
 * @param limits the keys that work or wait: others cost no memory
 */
export function createTurns(most: number, limits = new Map<string, LimitFunction>()): Turns {
  return async (key, work) => {
    const limit = limits.get(key) ?? pLimit(most);
    limits.set(key, limit);
    try {
      return await limit(work);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) limits.delete(key);
    }
  };
}
