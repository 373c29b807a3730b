import { atPace, type Pace } from './receive.js';

/**
 * What passes of chunks of which each comes so many seconds after it was asked for; `usedSeconds` is what
 * whoever takes one needs for it.
 */
async function passed(
  chunks: readonly { bytes: number; afterSeconds: number }[],
  pace: Pace,
  usedSeconds = 0,
): Promise<number[]> {
  let nowMs = 0;
  const sizes: number[] = [];
  async function* coming(): AsyncGenerator<Buffer> {
    for (const { bytes, afterSeconds } of chunks) {
      nowMs += afterSeconds * 1000;
      yield await Promise.resolve(Buffer.alloc(bytes));
    }
  }
  for await (const { length } of atPace(coming(), pace, () => nowMs)) {
    sizes.push(length);
    nowMs += usedSeconds * 1000;
  }
  return sizes;
}

describe('atPace', () => {
  const pace: Pace = { leastBytesPerSecond: 10, overSeconds: 60 };
  const every = (
    afterSeconds: number,
    bytes: number,
    count: number,
  ): { bytes: number; afterSeconds: number }[] =>
    Array.from({ length: count }, () => ({ bytes, afterSeconds }));

  it.each([
    ['a slow line that keeps the pace', every(5, 50, 100)],
    [
      'a body that pauses and catches up',
      every(20, 0, 2).concat(every(20, 600, 1), every(20, 0, 2), every(20, 600, 1)),
    ],
    ['a short body at any pace', every(7, 1, 8)],
    ['nothing', []],
  ])('lets through %s', async (_what, chunks) => {
    expect(await passed(chunks, pace)).toHaveLength(chunks.length);
  });

  it.each([
    ['drops', every(5, 1, 100)],
    [
      'drops after a fast beginning, which is no credit',
      [{ bytes: 1_000_000, afterSeconds: 1 }, ...every(5, 1, 100)],
    ],
    ['less than the pace', every(5, 49, 100)],
  ])('turns away %s', async (_what, chunks) => {
    await expect(passed(chunks, pace)).rejects.toMatchObject({ code: 'TOO_SLOW' });
  });

  it('blames nobody for the time that a disk takes', async () => {
    expect(await passed(every(1, 20, 100), pace, 30)).toHaveLength(100);
  });

  it('takes any pace where none is set', async () => {
    expect(await passed(every(50, 1, 10), { ...pace, leastBytesPerSecond: 0 })).toHaveLength(10);
  });
});
