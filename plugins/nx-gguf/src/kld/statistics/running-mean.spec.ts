import { blockMean, differenceOf, runningMean } from './running-mean.js';
import { chunkPair, printedSeries } from '../testing/chunk-series.js';

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const { a, b } = chunkPair('running mean', { chunks: 580 });
const circular = (values: readonly number[], start: number, length: number) =>
  average(Array.from({ length }, (_, index) => values[(start + index) % values.length] ?? 0));

describe('blockMean', () => {
  it('is a chunk, when the running means are exact', () => {
    const exact = runningMean([3, 4, 5], 12);
    expect([0, 1, 2].map((start) => blockMean(exact, start, 1).value)).toEqual([3, 5, 7]);
    expect(blockMean(exact, 2, 2).value).toBe(5);
  });

  it.each([1, 2, 8, 36, 145, 580])(
    'of %i chunks is never further from the truth than its bound',
    (length) => {
      const series = printedSeries(a);
      for (let start = 0; start < a.length; start += 1) {
        const { value, bound } = blockMean(series, start, length);
        expect(Math.abs(value - circular(a, start, length))).toBeLessThanOrEqual(bound + 1e-12);
      }
    },
  );

  it.each<[string, [number, number], number]>([
    ['a late chunk is lost in rounding', [579, 1], 3.185e-3],
    ['36 late chunks are not', [544, 36], 8.3611e-5],
    ['an early chunk is not', [1, 1], 1.5e-5],
    ['all of them have the final six decimals', [0, 580], 5e-7],
  ])('%s', (_, [start, length], bound) => {
    expect(blockMean(printedSeries(a), start, length).bound).toBeCloseTo(bound, 6);
  });

  it('of a difference has the bounds of both', () => {
    const difference = differenceOf(printedSeries(a), printedSeries(b));
    for (let start = 0; start < a.length; start += 7) {
      const { value, bound } = blockMean(difference, start, 9);
      expect(bound).toBeCloseTo(2 * blockMean(printedSeries(a), start, 9).bound, 12);
      expect(Math.abs(value - (circular(a, start, 9) - circular(b, start, 9)))).toBeLessThanOrEqual(
        bound + 1e-12,
      );
    }
  });
});

describe('differenceOf', () => {
  it('goes as far as both go', () => {
    expect(differenceOf(runningMean([1, 2, 3], 5), runningMean([1, 1], 5)).values).toEqual([0, 1]);
  });
});
