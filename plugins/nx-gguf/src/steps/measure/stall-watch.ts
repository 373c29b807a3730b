import { GgufError } from '../../core/errors.js';

/** Ends work in which nothing moves any more. */
export interface StallWatch {
  /** Aborts when the work is interrupted, or stands still. */
  signal: AbortSignal;
  /** Something moved. */
  activity: () => void;
  /** The error of something that was ended: `KLD_STALLED` when that is why. */
  explained: (error: unknown) => unknown;
  end: () => void;
}

/**
 * No byte and no line of any process for this long is no slow machine: the slowest step between two signs of
 * life is one batch of the largest model.
 */
const stalledMs = 2 * 3_600_000;

/** A watch over work that can be interrupted. */
export function stallWatch(interrupted: AbortSignal | undefined, limitMs = stalledMs): StallWatch {
  const stalled = new AbortController();
  const timer = setTimeout(() => {
    stalled.abort();
  }, limitMs);
  return {
    signal: AbortSignal.any([stalled.signal, ...(interrupted === undefined ? [] : [interrupted])]),
    activity: () => {
      timer.refresh();
    },
    explained: (error) => {
      if (!stalled.signal.aborted) return error;
      return new GgufError(
        'KLD_STALLED',
        `no process of the measurement did anything for ${Math.round(limitMs / 60_000)} minutes`,
        { hint: 'Was one of them stopped, or does a device or an RPC server not answer?', cause: error },
      );
    },
    end: () => {
      clearTimeout(timer);
    },
  };
}
