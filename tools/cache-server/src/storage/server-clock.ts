import { readFile } from 'node:fs/promises';
import { writeDurably } from 'nx-gguf/store';

/**
 * The clock that ages are measured by. It runs while the server runs, as fast as time does, and never jumps:
 * what somebody, or a time server, does to the clock of the machine makes nothing old.
 */
export interface ServerClock {
  /** ms; near to ms since 1970, but late by the time in which the server did not run. */
  nowMs: () => number;
  /** Keeps the time, for the next process to go on from. */
  save: () => Promise<void>;
}

/** Where the time comes from. */
export interface TimeSources {
  /** The clock of the machine, ms since 1970: read when there is no record yet. */
  wallMs: () => number;
  /** Time that went by, ms, from any beginning. */
  elapsedMs: () => number;
}

/** The clock that goes on from the record in a file. */
export async function openServerClock(
  path: string,
  { wallMs, elapsedMs }: TimeSources,
): Promise<ServerClock> {
  const startMs = (await recordedMs(path)) ?? wallMs();
  const originMs = elapsedMs();
  let latestMs = startMs;
  const nowMs = (): number => (latestMs = Math.max(latestMs, startMs + elapsedMs() - originMs));
  return { nowMs, save: () => writeDurably(path, `${JSON.stringify({ nowMs: nowMs() })}\n`) };
}

async function recordedMs(path: string): Promise<number | null> {
  try {
    const { nowMs } = JSON.parse(await readFile(path, 'utf8')) as { nowMs?: unknown };
    return typeof nowMs === 'number' && nowMs > 0 && nowMs < 8.64e15 ? nowMs : null;
  } catch {
    return null;
  }
}
