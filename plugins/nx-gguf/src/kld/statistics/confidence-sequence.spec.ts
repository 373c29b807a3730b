import { ordinaryRule, sequentialLook } from './confidence-sequence.js';
import { differenceOf, runningMean } from './running-mean.js';
import { chunkPair, printedMeans, type PairOptions } from '../testing/chunk-series.js';

const experiments = 300;
const rule = (budgetChunks: number) => ({ ...ordinaryRule, budgetChunks });
const printed = (values: readonly number[]) => runningMean(printedMeans(values, 5), 5);

function looks(options: PairOptions) {
  return Array.from({ length: experiments }, (_, seed) => {
    const { a, b } = chunkPair(`sequence ${JSON.stringify(options)} ${seed}`, options);
    return sequentialLook(differenceOf(printed(a), printed(b)), rule(options.chunks));
  });
}

describe('sequentialLook', () => {
  // 5 % of 300 is 15; chance alone stays below 28 in 999 of 1000 cases.
  it.each<[string, PairOptions]>([
    ['independent chunks', { chunks: 300, dependence: 0 }],
    ['dependent chunks', { chunks: 300, dependence: 0.6 }],
    ['a small budget', { chunks: 100 }],
    ['a strong skew', { chunks: 300, shared: 0.4, own: 0.3 }],
  ])(
    'decides between equals no more often than it may, though it looks after every batch: %s',
    (_, options) => {
      const found = looks(options);
      expect(
        found.filter((look) => look?.verdict === 'below' || look?.verdict === 'above').length,
      ).toBeLessThanOrEqual(28);
      expect(
        found.filter((look) => look?.verdict === 'budget').every((look) => look?.chunks === options.chunks),
      ).toBe(true);
    },
  );

  it('decides a clear case after a small part of the text, and always for the right side', () => {
    const found = looks({ chunks: 580, mean: 0.029751, difference: 0.006521 });
    expect(found.every((look) => look?.verdict === 'below' && look.chunks <= 64)).toBe(true);
  });

  it('says the same however many more chunks came', () => {
    const { a, b } = chunkPair('more', { chunks: 580, difference: 0.002 });
    const full = sequentialLook(differenceOf(printed(a), printed(b)), rule(580));
    const stopped = full?.chunks ?? 0;
    expect(full?.verdict).toBe('below');
    expect(
      sequentialLook(differenceOf(printed(a.slice(0, stopped)), printed(b.slice(0, stopped))), rule(580)),
    ).toEqual(full);
    expect(
      sequentialLook(
        differenceOf(printed(a.slice(0, stopped - 1)), printed(b.slice(0, stopped + 50))),
        rule(580),
      )?.verdict,
    ).toBe('continue');
  });

  it.each([
    ['nothing before the first batch', [1, 1, 1], null],
    [
      'no decision before enough batches, however clear',
      new Array<number>(31).fill(1),
      { verdict: 'continue', chunks: 28, batches: 7 },
    ],
    [
      'one as soon as there are enough',
      new Array<number>(32).fill(1),
      { verdict: 'above', chunks: 32, batches: 8 },
    ],
  ])('%s', (_, chunks, expected) => {
    const look = sequentialLook(printed(chunks), rule(580));
    if (expected === null) expect(look).toBeNull();
    else expect(look).toMatchObject(expected);
  });

  it('takes no more than its budget, in whole batches', () => {
    const { a, b } = chunkPair('budget', { chunks: 200 });
    expect(sequentialLook(differenceOf(printed(a), printed(b)), rule(50))).toMatchObject({
      verdict: 'budget',
      chunks: 48,
    });
  });
});
