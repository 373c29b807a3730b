/**
 * One of several things that are worked on at once: how far it is, in the unit of the whole, and a figure so
 * far.
 */
export interface ProgressPart {
  name: string;
  done: number;
  figure?: string;
}

/**
 * What long work tells while it runs: a line worth keeping, or how far it is, as a whole and in its parts.
 */
export type WorkEvent =
  | { type: 'step'; message: string }
  | { type: 'warning'; message: string }
  | {
      type: 'progress';
      label: string;
      done: number;
      total: number | null;
      unit: 'bytes' | 'tensors' | 'chunks' | 'files' | 'steps';
      parts?: readonly ProgressPart[];
    };

/** Receives the events of some work. */
export type Report = (event: WorkEvent) => void;
