import { watchPace } from '../transport/pace.js';
import { leastPace, tooSlow } from '../transport/paced-request.js';
import type { TransferSettings } from '../transport/transfer-settings.js';

/** Watches the pace of a transfer that consists of several requests. */
export interface TransferWatch {
  /** Aborts when the transfer, or all of it, is to end. */
  signal: AbortSignal;
  /** This side is at work with what came. */
  pause: () => void;
  /** It waits for more, after so many bytes. */
  resume: (bytes: number) => void;
  stop: () => void;
}

/**
 * Watches that the requests of a transfer together keep the least pace: a server that answers each one in
 * time, with a byte, does not. The first answer may take a period of its own.
 */
export function watchTransfer(
  settings: Pick<TransferSettings, 'stallMs' | 'minBytesPerSecond'>,
  outer: AbortSignal | undefined,
): TransferWatch {
  const least = leastPace(settings);
  const pace = { bytes: least.bytes, inMs: 2 * least.inMs };
  const slow = new AbortController();
  let isWaiting = true;
  const watch = watchPace(pace, {
    isWaiting: () => isWaiting,
    onSlow: (bytes) => slow.abort(tooSlow(bytes, pace)),
  });
  return {
    signal: outer === undefined ? slow.signal : AbortSignal.any([outer, slow.signal]),
    pause: () => {
      isWaiting = false;
    },
    resume: (bytes) => {
      isWaiting = true;
      watch.moved(bytes);
    },
    stop: watch.stop,
  };
}
