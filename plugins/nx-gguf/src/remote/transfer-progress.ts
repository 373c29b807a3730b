import type { Report } from '../core/events.js';

/** The bytes of several transfers as one line of progress. */
export interface TransferProgress {
  planned: (bytes: number) => void;
  sent: (bytes: number) => void;
  /** Tells from now on how far it is; before, other work may be telling. */
  show: () => void;
}

/** Progress under a label, told at once when it is shown and whenever something moves. */
export function transferProgress(report: Report, label: () => string, isShown = true): TransferProgress {
  let shown = isShown;
  let done = 0;
  let total = 0;
  const tell = (): void => {
    if (shown && done < total)
      report({ type: 'progress', label: label(), done: Math.max(0, done), total, unit: 'bytes' });
  };
  return {
    planned: (bytes) => {
      total += bytes;
      tell();
    },
    sent: (bytes) => {
      done += bytes;
      tell();
    },
    show: () => {
      shown = true;
      tell();
    },
  };
}
