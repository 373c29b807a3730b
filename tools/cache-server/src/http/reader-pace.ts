import type { ServerResponse } from 'node:http';
import type { Pace } from '../cache/receive.js';

/** Runs work again and again; the result ends it. */
export type Every = (ms: number, work: () => void) => () => void;

/** An answer on its way to its reader. */
export interface ReaderWatch {
  /** Notes a piece of the body that was handed on: the one before it was taken. */
  sent: (bytes: number) => void;
  end: () => void;
}

const everyInterval: Every = (ms, work) => {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
};

/**
 * Watches whether an answer is taken at the pace, and calls `onLate` when not: a reader of drops holds a
 * connection, a file and memory. Only the time counts in which more waits for the reader than the connection
 * takes, so a slow storage does no harm. A piece is taken as a whole, so its own time is added.
 */
export function watchReader(
  response: Pick<ServerResponse, 'writableNeedDrain' | 'writableEnded'>,
  { leastBytesPerSecond, overSeconds }: Pace,
  { onLate, every = everyInterval }: { onLate: () => void; every?: Every },
): ReaderWatch {
  if (leastBytesPerSecond === 0) return { sent: () => undefined, end: () => undefined };
  let largest = 0;
  let moved = 0;
  let waitedSeconds = 0;
  const end = every(overSeconds * 1000, () => {
    waitedSeconds += overSeconds;
    const isWaiting = response.writableNeedDrain || response.writableEnded;
    if (!isWaiting || moved >= leastBytesPerSecond * overSeconds) [moved, waitedSeconds] = [0, 0];
    else if (waitedSeconds >= overSeconds + largest / leastBytesPerSecond) onLate();
  });
  return {
    sent: (bytes) => {
      largest = Math.max(largest, bytes);
      moved += bytes;
    },
    end,
  };
}
