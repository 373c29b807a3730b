import type { WorkEvent } from '../../core/events.js';
import type { StoreLayout } from '../../store/layout.js';
import { temporaryStore } from '../../store/testing/temporary-store.js';
import { guarded, type GuardedRemote, type Patience } from '../breaker.js';
import type { RemoteStore } from '../remote-store.js';
import { breakerState } from '../breaker-state.js';

/** Patience that makes tests of failures quick, and does not fail sound remotes on a busy machine. */
const littlePatience: Patience = { answerMs: 400, stallMs: 400, answersMs: 60_000, backoffMs: 1 };

/** A remote behind a breaker, and what was said of it. */
export interface Guard extends GuardedRemote {
  told: WorkEvent[];
  warnings: () => string[];
}

/** Puts a remote of a test behind a breaker. */
export function guard(
  remote: RemoteStore,
  {
    store = temporaryStore(),
    name = 'the remote',
    run = 'run',
    mayWrite = true,
    patience = {},
    signal,
  }: {
    store?: StoreLayout;
    name?: string;
    run?: string;
    mayWrite?: boolean;
    patience?: Partial<Patience>;
    signal?: AbortSignal;
  } = {},
): Guard {
  const told: WorkEvent[] = [];
  return {
    told,
    warnings: () => told.flatMap((event) => (event.type === 'warning' ? [event.message] : [])),
    ...guarded({
      name,
      mayRead: true,
      mayWrite,
      signal,
      patience: { ...littlePatience, ...patience },
      open: () => Promise.resolve(remote),
      notes: breakerState(store, { remote: name, run, nowMs: Date.now }),
      report: (event) => told.push(event),
    }),
  };
}
