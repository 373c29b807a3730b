/** Lets many pass at a time, or one alone, by key. */
export interface Gate {
  shared: <T>(key: string, work: () => Promise<T>) => Promise<T>;
  /** Waits for those who passed; others wait until it is over. */
  alone: <T>(key: string, work: () => Promise<T>) => Promise<T>;
}

interface Passage {
  running: number;
  /** Ends with the one that is alone, or waits to be. */
  closed: Promise<void> | null;
  onEmpty: () => void;
}

/** A gate within this process; keys that nobody passes cost no memory. */
export function createGate(): Gate {
  const passages = new Map<string, Passage>();
  const passageOf = (key: string): Passage => {
    const passage = passages.get(key) ?? { running: 0, closed: null, onEmpty: () => undefined };
    passages.set(key, passage);
    return passage;
  };
  const forget = (key: string): void => {
    const { running, closed } = passageOf(key);
    if (running === 0 && closed === null) passages.delete(key);
  };
  // Between the look at a passage and what is done with it nothing else may happen: nothing is awaited there.
  const enter = async (key: string, take: (passage: Passage) => void): Promise<Passage> => {
    for (;;) {
      const passage = passageOf(key);
      if (passage.closed === null) {
        take(passage);
        return passage;
      }
      await passage.closed;
    }
  };
  return {
    shared: async (key, work) => {
      const passage = await enter(key, (one) => {
        one.running++;
      });
      try {
        return await work();
      } finally {
        if (--passage.running === 0) passage.onEmpty();
        forget(key);
      }
    },
    alone: async (key, work) => {
      let end = (): void => undefined;
      const closed = new Promise<void>((resolve) => (end = resolve));
      const passage = await enter(key, (one) => {
        one.closed = closed;
      });
      try {
        if (passage.running > 0) await new Promise<void>((resolve) => (passage.onEmpty = resolve));
        return await work();
      } finally {
        passage.onEmpty = () => undefined;
        passage.closed = null;
        forget(key);
        end();
      }
    },
  };
}
