import { statisticRows } from './statistic-rows.js';

describe('statisticRows', () => {
  it('are the eleven metrics in their order', () => {
    expect(statisticRows.map(({ label }) => label)).toEqual([
      'Mean',
      'Maximum',
      '99.9 %',
      '99 %',
      '95 %',
      '90 %',
      'Median',
      '10 %',
      '5 %',
      '1 %',
      '0.1 %',
    ]);
  });

  it('have a key each', () => {
    expect(new Set(statisticRows.map(({ key }) => key)).size).toBe(11);
  });
});
