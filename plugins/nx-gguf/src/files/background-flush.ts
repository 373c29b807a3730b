import type { FileHandle } from 'node:fs/promises';

/** Flushes a file in the background while it grows. */
export interface BackgroundFlush {
  /**
   * Takes the present size of the file, and begins a flush when enough bytes have come since the last one
   * began.
   */
  grown: (sizeBytes: number) => Promise<void>;
  /** Waits for the flush under way. @throws what it failed with */
  settled: () => Promise<void>;
}

/**
 * While a large file is written, its first parts are flushed already, so that the flush at the end is short.
 * @param stepBytes how much is left to come before the next flush begins; at most one runs, the writer waits
 *   for it
 */
export function backgroundFlush(file: FileHandle, stepBytes = 32 << 20): BackgroundFlush {
  let flushing: Promise<void> = Promise.resolve();
  let flushedBytes = 0;
  return {
    grown: async (sizeBytes) => {
      if (sizeBytes - flushedBytes < stepBytes) return;
      await flushing;
      flushing = quietly(file.datasync());
      flushedBytes = sizeBytes;
    },
    settled: () => flushing,
  };
}

/** A promise whose failure is handled where it is awaited; until then Node must not count it as unhandled. */
export function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
