import { columnStatistics } from './imatrix-columns.js';

const of = (sums: number[], counts: number[]) => columnStatistics(Float32Array.from(sums), counts);

describe('columnStatistics', () => {
  it.each<[string, { sums: number[]; counts: number[]; expected: object }]>([
    [
      'divides sums by counts',
      {
        sums: [2, 4, 6, 8],
        counts: [2],
        expected: { columns: 4, mean: 2.5, maximum: 4, zeroColumns: 0, topShare: 0.4 },
      },
    ],
    [
      'divides those of each expert by its own count',
      { sums: [2, 4, 30, 50], counts: [2, 10], expected: { mean: 2.75, maximum: 5, topShare: 5 / 11 } },
    ],
    [
      'counts an expert that was never used as unused columns',
      { sums: [2, 4, 0, 0], counts: [2, 0], expected: { mean: 0.75, zeroColumns: 2 } },
    ],
    [
      'of nothing but zeros has no share',
      { sums: [0, 0], counts: [3], expected: { mean: 0, maximum: 0, zeroColumns: 2, topShare: 0 } },
    ],
    [
      'of nothing is nothing',
      { sums: [], counts: [1], expected: { columns: 0, mean: 0, maximum: 0, zeroColumns: 0, topShare: 0 } },
    ],
    [
      'takes what is no number for unused',
      {
        sums: [Number.NaN, Number.POSITIVE_INFINITY, -1, 4],
        counts: [2],
        expected: { mean: 0.5, zeroColumns: 3, topShare: 1 },
      },
    ],
    [
      'divides by whole numbers, of which a count near zero is none',
      { sums: [1e38, 3e38, 6, 9], counts: [1e-3, 2.6], expected: { mean: 1.25, maximum: 3, zeroColumns: 2 } },
    ],
  ])('%s', (_, { sums, counts, expected }) => {
    const found = of(sums, counts);
    for (const [key, value] of Object.entries(expected))
      expect(found[key as keyof typeof found]).toBeCloseTo(value as number, 6);
  });

  it.each([1e-45, 1e-38, 0.1, 0.5, 1, 1e30, -1, Number.NaN])('are finite with counts of %d', (count) => {
    const found = of([3e38, 3e38, 1e-45, 0], [count, count]);
    expect(Object.values(found).every((value: number) => Number.isFinite(value))).toBe(true);
  });

  it('the top hundredth of 300 columns are three', () => {
    expect(
      of(
        Array.from({ length: 300 }, (_, index) => (index < 3 ? 100 : 1)),
        [1],
      ).topShare,
    ).toBeCloseTo(300 / 597, 6);
  });
});
