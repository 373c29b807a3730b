/**
 * One of several things that are worked on at once: how far it is, in the unit of the whole, and a figure so
 * far.
 */
export interface ProgressPart {
  name: string;
  done: number;
  figure?: string;
}

/** An event of long work: a line worth keeping, or the progress of the whole and of its parts. */
export type WorkEvent =
  | { type: 'step'; message: string }
  | { type: 'warning'; message: string }
  | {
      type: 'progress';
      label: string;
      done: number;
      total: number | null;
      unit: 'bytes' | 'tensors' | 'chunks' | 'files' | 'steps' | 'seconds';
      parts?: readonly ProgressPart[];
    };

/** Receives the events of some work. */
export type Report = (event: WorkEvent) => void;
