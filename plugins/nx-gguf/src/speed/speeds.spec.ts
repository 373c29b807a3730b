import { speedsOf } from './speeds.js';

describe('speeds', () => {
  it.each([
    [[10], { mean: 10, stddev: null, median: 10 }],
    [[12, 10], { mean: 11, stddev: Math.SQRT2, median: 11 }],
    [[30, 10, 20], { mean: 20, stddev: 10, median: 20 }],
    [[4, 1, 3, 100], { mean: 27, stddev: expect.closeTo(48.6826, 4) as number, median: 3.5 }],
  ])('of %j', (samples, expected) => {
    expect(speedsOf(samples)).toEqual({ samples, ...expected });
  });
});
