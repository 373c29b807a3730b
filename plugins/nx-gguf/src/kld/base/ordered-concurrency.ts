/**
 * Works on items as they come, at most `inFlight` at a time, and yields the results in the order of the
 * items. When the consumer stops, the source is told; when one fails, the error comes in its place.
 */
export async function* orderedConcurrency<T, R>(
  source: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  inFlight: number,
): AsyncGenerator<R, void, undefined> {
  const running: Promise<R>[] = [];
  for await (const item of source) {
    const result = work(item);
    // It is awaited below, in its turn; until then a failure is no unhandled one.
    result.catch(() => undefined);
    running.push(result);
    if (running.length >= inFlight) yield await (running.shift() as Promise<R>);
  }
  for (const result of running) yield await result;
}
