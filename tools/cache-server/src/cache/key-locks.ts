/** Runs works on the same key one after the other; works on different keys do not wait for each other. */
export type KeyLocks = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Locks within this process; a key costs memory only while somebody holds it or waits for it. */
export function keyLocks(): KeyLocks {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const turn = (tails.get(key) ?? Promise.resolve()).then(work);
    const tail = turn.catch(() => undefined);
    tails.set(key, tail);
    try {
      return await turn;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
