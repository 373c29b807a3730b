import { trusted } from '../config/namespaces.js';

/**
 * Runs works that take memory and time beyond the size of what they read, manifests and archives, within a
 * budget of bytes in memory. Namespaces take turns, so whoever asks for much waits behind nobody but itself;
 * `trusted` has a budget of its own, for which it waits behind nobody.
 */
export type Reading = <T>(namespace: string, bytes: number, work: () => Promise<T>) => Promise<T>;

/** Limits of a budget. */
export interface ReadingLimits {
  bytes: number;
  /** Works of one namespace at a time. */
  atOnce: { trusted: number; others: number };
}

/** A budget for what is trusted, and one for all others together. */
export function createReading({ bytes, atOnce }: ReadingLimits): Reading {
  const ofTrusted = createBudget(bytes, atOnce.trusted);
  const ofOthers = createBudget(bytes, atOnce.others);
  return async (namespace, count, work) => {
    const giveBack = await (namespace === trusted ? ofTrusted : ofOthers)(namespace, count);
    try {
      return await work();
    } finally {
      giveBack();
    }
  };
}

interface Queue {
  running: number;
  waiting: { bytes: number; start: () => void }[];
}

/** Takes bytes of a budget, in turns of those who ask; more than all of it counts as all. */
function createBudget(most: number, atOnce: number): (key: string, bytes: number) => Promise<() => void> {
  let free = most;
  // In the order of turns: who had one, or ends one, goes to the end.
  const queues = new Map<string, Queue>();
  const toEnd = (key: string, queue: Queue): void => {
    queues.delete(key);
    queues.set(key, queue);
  };
  const next = (): boolean => {
    const able = [...queues].filter(([, { waiting, running }]) => waiting.length > 0 && running < atOnce);
    const [chosen] = able.sort(([, a], [, b]) => a.running - b.running);
    const first = chosen?.[1].waiting[0];
    // Whoever comes after would take what the first waits for, for ever.
    if (chosen === undefined || first === undefined || first.bytes > free) return false;
    const [key, queue] = chosen;
    queue.waiting.shift();
    queue.running++;
    free -= first.bytes;
    toEnd(key, queue);
    first.start();
    return true;
  };
  const serve = (): void => {
    while (next());
  };
  return (key, asked) =>
    new Promise((resolve) => {
      const bytes = Math.min(asked, most);
      const queue = queues.get(key) ?? { running: 0, waiting: [] };
      queues.set(key, queue);
      const giveBack = (): void => {
        queue.running--;
        free += bytes;
        if (queue.running + queue.waiting.length === 0) queues.delete(key);
        else toEnd(key, queue);
        serve();
      };
      queue.waiting.push({ bytes, start: () => resolve(giveBack) });
      serve();
    });
}
