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
  /** The period in which a server has to answer, or to send or to take the least number of bytes. */
  stallMs: number;
  /** Bytes a second that a server has to send or to take, on average over a period; 0 for any at all. */
  minBytesPerSecond: number;
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

/** Far below what a telephone line carries: a server that is slower does not work, or does not want to. */
const ordinaryMinBytesPerSecond = 1024;

/**
 * The settings of ordinary use; `NX_GGUF_MAX_BYTES_PER_SECOND` limits the bandwidth, and
 * `NX_GGUF_MIN_BYTES_PER_SECOND` says from where on a server is too slow.
 */
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
    minBytesPerSecond: leastSpeed(env['NX_GGUF_MIN_BYTES_PER_SECOND']),
    longestWaitMs: 900_000,
    maxBytesPerSecond: limit > 0 ? limit : null,
    sleep: (ms, signal) => timeout(ms, undefined, signal === undefined ? {} : { signal }),
    largestAnswerBytes: 16 * 1024 ** 3,
    ...given,
  };
}

function leastSpeed(given = ''): number {
  return /^\d{1,15}$/.test(given) ? Number(given) : ordinaryMinBytesPerSecond;
}

/** Reading a few ranges is tried less often than a download: somebody waits for the answer. */
export const rangedTransfer: Partial<TransferSettings> = { attempts: 3 };
