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
  ])('%s', (_, { sums, counts, expected }) => {
    const found = of(sums, counts);
    for (const [key, value] of Object.entries(expected))
      expect(found[key as keyof typeof found]).toBeCloseTo(value as number, 6);
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
