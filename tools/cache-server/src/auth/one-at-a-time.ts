/**
 * Runs a work once more for all who ask while it runs, begun after they asked: a flood of requests does not keep
 * the disk busy, and none goes by what was true before it came.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const ask = (): Promise<void> => {
    if (running === null)
      return (running = work().finally(() => {
        running = null;
      }));
    const again = (): Promise<void> => {
      next = null;
      return ask();
    };
    // The failure is of those who asked before.
    return (next ??= running.then(again, again));
  };
  return ask;
}
