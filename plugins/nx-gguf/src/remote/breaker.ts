import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../core/events.js';
import { watchPace, type Pace } from '../transport/pace.js';
import { interrupted } from '../transport/retry.js';
import { RemoteFailure, type RemoteStore } from './remote-store.js';
import type { BreakerState } from './breaker-state.js';

/** How long a remote may take. Times in milliseconds. */
export interface Patience {
  /** For an answer about a blob or a manifest. */
  answerMs: number;
  /** For the next 64 KiB of a transfer. */
  stallMs: number;
  /** For all answers of a run together, when they come slower than a tenth of this on average. */
  answersMs: number;
  /** Pause after the first failure; it doubles with each one. */
  backoffMs: number;
}

/** The patience of ordinary use: a remote that is down or slow costs seconds. */
export const ordinaryPatience: Patience = {
  answerMs: 5_000,
  stallMs: 10_000,
  answersMs: 15_000,
  backoffMs: 250,
};

/** A piece of work with a remote. */
export interface Asked<T> {
  /**
   * A `lookup`, and to `publish` a manifest, is quick; a transfer calls `beat` with the number of bytes that
   * went through.
   */
  kind: 'lookup' | 'download' | 'upload' | 'publish';
  work: (remote: RemoteStore, signal: AbortSignal, beat: (bytes: number) => void) => Promise<T>;
  /** Additional time for an answer, e.g. while a server flushes the bytes that it received. */
  extraMs?: number;
}

/** A remote behind a breaker: when it fails it is left alone for the rest of the run, and said so once. */
export interface GuardedRemote {
  name: string;
  /** False when reading (or writing) is switched off or has failed. */
  reads: () => Promise<boolean>;
  writes: () => Promise<boolean>;
  /** The result of the work, or the failure of the remote; other errors pass. */
  ask: <T>(asked: Asked<T>) => Promise<T | RemoteFailure>;
  /** Says that it gave wrong bytes for a blob, and does not ask it for that blob again in this run. */
  distrust: (sha256: string, problem: string) => Promise<void>;
  trusts: (sha256: string) => Promise<boolean>;
  close: () => Promise<void>;
}

/** The inputs of a breaker. */
export interface BreakerOptions {
  name: string;
  open: () => Promise<RemoteStore>;
  mayRead: boolean;
  mayWrite: boolean;
  notes: BreakerState;
  patience: Patience;
  report: Report;
  signal: AbortSignal | undefined;
}

const beatBytes = 64 << 10;
const progressBytes = 1 << 20;
/** Failures in a row, without a MiB of progress between them. */
const attempts = { lookup: 2, download: 3, upload: 3, publish: 2 } as const;

/** Puts a remote behind a breaker. */
export function guarded({
  name,
  open,
  mayRead,
  mayWrite,
  notes,
  patience,
  report,
  signal,
}: BreakerOptions): GuardedRemote {
  let opened: Promise<RemoteStore> | undefined;
  let spentMs = 0;
  let answers = 0;
  const isOut = { down: false, 'no-writes': false };
  const isOpen = async (note: keyof typeof isOut): Promise<boolean> =>
    !(isOut[note] ||= await notes.has(note));
  const giveUp = async (note: keyof typeof isOut, message: string): Promise<void> => {
    if (isOut[note]) return;
    isOut[note] = true;
    if (await notes.add(note)) report({ type: 'warning', message });
  };

  const judge = async (failure: RemoteFailure, kind: Asked<unknown>['kind']): Promise<void> => {
    const isWrite = kind === 'upload' || kind === 'publish';
    if (failure.kind === 'unavailable' || (failure.kind === 'refused' && !isWrite))
      await giveUp('down', `${name}: ${failure.message}; going on without it`);
    else if (failure.kind === 'refused')
      await giveUp('no-writes', `${name}: ${failure.message}; nothing more is uploaded to it`);
  };

  return {
    name,
    reads: async () => mayRead && isOpen('down'),
    writes: async () => mayWrite && (await isOpen('down')) && isOpen('no-writes'),
    trusts: async (sha256) => !(await notes.has(sha256)),
    distrust: async (sha256, problem) => {
      if (await notes.add(sha256)) report({ type: 'warning', message: `${name}: ${problem}; refused` });
    },
    ask: async ({ kind, work, extraMs = 0 }) => {
      const isQuick = kind === 'lookup' || kind === 'publish';
      for (let failures = 0, reached = 0, moved = 0; ;) {
        const watch = watchdog(
          isQuick
            ? { bytes: Infinity, inMs: patience.answerMs }
            : { bytes: beatBytes, inMs: patience.stallMs + extraMs },
          signal,
        );
        const startMs = performance.now();
        let failure: RemoteFailure;
        try {
          const remote = await (opened ??= open());
          return await Promise.race([
            work(remote, watch.signal, (bytes) => {
              moved += bytes;
              watch.beat(bytes);
            }),
            watch.over,
          ]);
        } catch (error) {
          if (signal?.aborted === true) throw interrupted(name);
          if (!(error instanceof RemoteFailure)) throw error;
          failure = watch.stalled() ?? error;
        } finally {
          watch.stop();
          if (isQuick) {
            spentMs += performance.now() - startMs;
            answers++;
            if (spentMs > patience.answersMs && spentMs / answers > patience.answersMs / 10)
              await giveUp('down', `${name}: it answers too slowly; going on without it`);
          }
        }
        failures = moved >= reached + progressBytes ? 1 : failures + 1;
        reached = Math.max(reached, moved);
        if (failure.kind !== 'unavailable' || failures >= attempts[kind]) {
          await judge(failure, kind);
          return failure;
        }
        await sleep(
          patience.backoffMs * 2 ** (failures - 1),
          undefined,
          signal === undefined ? {} : { signal },
        ).catch(() => {
          throw interrupted(name);
        });
      }
    },
    close: async () => {
      await (await opened)?.close();
    },
  };
}

/** Ends work that does not keep its pace. */
function watchdog(pace: Pace, outer: AbortSignal | undefined) {
  const abort = new AbortController();
  let reject: (failure: RemoteFailure) => void = () => undefined;
  const over = new Promise<never>((_, rejects) => {
    reject = rejects;
  });
  over.catch(() => undefined);
  let failure: RemoteFailure | null = null;
  const bark = (reason: string): void => {
    failure = new RemoteFailure('unavailable', reason);
    reject(failure);
    abort.abort(failure);
  };
  const seconds = Math.round(pace.inMs / 100) / 10;
  const watch = watchPace(pace, {
    keepsAlive: true,
    onSlow: (bytes) =>
      bark(
        bytes === 0
          ? `nothing came from it for ${seconds} s`
          : `only ${bytes} bytes went through in ${seconds} s`,
      ),
  });
  const stopped = (): void => bark('interrupted');
  outer?.addEventListener('abort', stopped, { once: true });
  if (outer?.aborted === true) stopped();
  return {
    signal: abort.signal,
    over,
    stalled: () => failure,
    beat: watch.moved,
    stop: () => {
      watch.stop();
      outer?.removeEventListener('abort', stopped);
    },
  };
}
