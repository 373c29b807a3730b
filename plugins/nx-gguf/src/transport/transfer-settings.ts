import { setTimeout as timeout } from 'node:timers/promises';
import type { Report } from '../core/events.js';

/** How transfers behave. Times in milliseconds. */
export interface TransferSettings {
  /** Files at a time. */
  parallel: number;
  /** Failures in a row, without a MiB of progress between them, after which a transfer is given up. */
  attempts: number;
  /** Pause after the first failure; it doubles with each one. */
  backoffMs: number;
  /** A server that sends nothing for this long has stalled. */
  stallMs: number;
  /** Longest pause that a server may ask for with Retry-After. */
  longestWaitMs: number;
  /** Bytes a second for all files together, or null for no limit. */
  maxBytesPerSecond: number | null;
  /** Waits so many milliseconds; rejects when the signal aborts. */
  sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** No answer has to carry more of a file than this. */
  largestAnswerBytes: number;
}

/** What a transfer needs from the process it runs in. */
export interface TransferContext {
  env: Readonly<Record<string, string | undefined>>;
  report: Report;
  signal: AbortSignal | undefined;
  settings: TransferSettings;
}

/** The settings of ordinary use; `NX_GGUF_MAX_BYTES_PER_SECOND` limits the bandwidth. */
export function transferSettings(
  env: Readonly<Record<string, string | undefined>>,
  given: Partial<TransferSettings> = {},
): TransferSettings {
  const limit = Number(env['NX_GGUF_MAX_BYTES_PER_SECOND'] ?? '');
  return {
    parallel: 4,
    attempts: 6,
    backoffMs: 1000,
    stallMs: 60_000,
    longestWaitMs: 900_000,
    maxBytesPerSecond: limit > 0 ? limit : null,
    sleep: (ms, signal) => timeout(ms, undefined, signal === undefined ? {} : { signal }),
    largestAnswerBytes: 16 * 1024 ** 3,
    ...given,
  };
}

/** Reading a few ranges is tried less often than a download: somebody waits for the answer. */
export const rangedTransfer: Partial<TransferSettings> = { attempts: 3 };
