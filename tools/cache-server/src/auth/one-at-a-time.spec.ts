import { oneAtATime } from './one-at-a-time.js';

describe('a work that runs one at a time', () => {
  it('runs once more for all who ask meanwhile, begun after they asked', async () => {
    const ends: (() => void)[] = [];
    const ask = oneAtATime(() => new Promise((resolve) => ends.push(resolve)));
    const first = ask();
    const later = Promise.all([ask(), ask(), ask()]);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await first;
    await new Promise(setImmediate);
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await later;
  });

  it('that failed has failed for those alone who asked before it began', async () => {
    const fails = [true, false, false];
    const ask = oneAtATime(() =>
      fails.shift() === true ? Promise.reject(new Error('no')) : Promise.resolve(),
    );
    const results = await Promise.allSettled([ask(), ask(), ask()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    await Promise.all([ask(), ask()]);
  });
});
