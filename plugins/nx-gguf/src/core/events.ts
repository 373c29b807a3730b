/** What long work tells while it runs: a line worth keeping, or how far it is. */
export type WorkEvent =
  | { type: 'step'; message: string }
  | { type: 'warning'; message: string }
  | { type: 'progress'; label: string; done: number; total: number | null; unit: 'bytes' | 'tensors' | 'chunks' | 'files' | 'steps' };

/** Receives the events of some work. */
export type Report = (event: WorkEvent) => void;
