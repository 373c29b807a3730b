/** Runs work when one of a few places is free, in the order in which it came. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** So much work at a time, whoever asks for it. */
export function limit(places: number): Limit {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
