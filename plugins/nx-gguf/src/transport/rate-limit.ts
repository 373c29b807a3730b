import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the given number of bytes may pass. */
export type Take = (bytes: number) => Promise<void>;

/**
 * Spreads bytes over time; all transfers that share it stay below the rate together. An abort ends a pause.
 */
export function rateLimit(bytesPerSecond: number | null, signal?: AbortSignal): Take {
  if (bytesPerSecond === null) return () => Promise.resolve();
  let freeAtMs = 0;
  return async (bytes) => {
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, freeAtMs);
    freeAtMs = startMs + (bytes * 1000) / bytesPerSecond;
    if (freeAtMs > nowMs + 1)
      await sleep(freeAtMs - nowMs, undefined, signal === undefined ? {} : { signal });
  };
}
