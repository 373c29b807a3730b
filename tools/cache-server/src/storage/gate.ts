/** Lets many pass at a time, or one alone, by key. */
export interface Gate {
  shared: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  /** Waits for those who passed; others wait until it is over. */
  alone: <T>(key: string, work: () => Promise<T>) => Promise<T>;
}

interface Passage {
  running: number;
  /** Ends with the one that is alone, or waits to be. */
  closed: Promise<unknown> | null;
  onEmpty: () => void;
}

/** A gate within this process; keys that nobody passes cost no memory. */
export function createGate(): Gate {
  const passages = new Map<string, Passage>();
  const open = async (key: string): Promise<Passage> => {
    for (;;) {
      const passage = passages.get(key) ?? { running: 0, closed: null, onEmpty: () => undefined };
      passages.set(key, passage);
      if (passage.closed === null) return passage;
      await passage.closed;
    }
  };
  const forget = (key: string, passage: Passage): void => {
    if (passage.running === 0 && passage.closed === null && passages.get(key) === passage)
      passages.delete(key);
  };
  return {
    shared: async (key, work) => {
      const passage = await open(key);
      passage.running++;
      try {
        return await work();
      } finally {
        if (--passage.running === 0) passage.onEmpty();
        forget(key, passage);
      }
    },
    alone: async (key, work) => {
      const passage = await open(key);
      let end = (): void => undefined;
      passage.closed = new Promise<void>((resolve) => (end = resolve));
      try {
        if (passage.running > 0) await new Promise<void>((resolve) => (passage.onEmpty = resolve));
        return await work();
      } finally {
        passage.closed = null;
        passage.onEmpty = () => undefined;
        forget(key, passage);
        end();
      }
    },
  };
}
