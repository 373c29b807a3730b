/** Tells whether something changes while all is counted: what changes then may be in the figure or not. */
export interface Changes {
  /** Runs work that changes the kept files, until their bytes are counted. */
  during: <T>(work: () => Promise<T>) => Promise<T>;
  /** Notes a change that is over and counted. */
  happened: () => void;
  /** Begins to watch; the result tells whether nothing has changed since, nor was about to. */
  watch: () => () => boolean;
}

/** Changes within this process. */
export function createChanges(): Changes {
  let [running, begun] = [0, 0];
  return {
    during: async (work) => {
      running++;
      begun++;
      try {
        return await work();
      } finally {
        running--;
      }
    },
    happened: () => {
      begun++;
    },
    watch: () => {
      const before = running > 0 ? NaN : begun;
      return () => begun === before;
    },
  };
}
