import { sha256 } from '../../core/digest.js';
import { bootstrapMean } from './block-bootstrap.js';
import { differenceOf, runningMean } from './running-mean.js';
import { chunkPair, printedMeans, printedSeries, type PairOptions } from '../testing/chunk-series.js';

const key = sha256('key');
const experiments = 200;
const resamples = 199;

function differences(options: PairOptions, length = experiments) {
  return Array.from({ length }, (_, seed) => {
    const { a, b } = chunkPair(`${JSON.stringify(options)} ${seed}`, options);
    return bootstrapMean(differenceOf(printedSeries(a), printedSeries(b)), {
      key: sha256(String(seed)),
      confidencePercent: 95,
      resamples,
    });
  });
}

describe('bootstrapMean', () => {
  // 95 % of 200 is 190; chance alone leaves 180 to 199 in one of 1000 cases.
  it.each<[string, PairOptions]>([
    ['a few chunks', { chunks: 16 }],
    ['independent chunks', { chunks: 100, dependence: 0 }],
    ['dependent chunks', { chunks: 100, dependence: 0.6 }],
    ['many chunks', { chunks: 250 }],
    ['a strong skew', { chunks: 100, shared: 0.4, own: 0.3 }],
  ])('its intervals hold the true difference as often as they say: %s', (_, options) => {
    const held = differences(options).filter(
      (found) => found?.interval && found.interval.low <= 0 && found.interval.high >= 0,
    ).length;
    expect(held).toBeGreaterThanOrEqual(180);
    expect(held).toBeLessThanOrEqual(199);
  });

  it('is too careful, not too bold, where rounding is as large as what is measured', () => {
    const found = differences({ chunks: 580, mean: 0.0057, own: 0.02 }, 60);
    expect(
      found.filter((one) => one?.interval && one.interval.low <= 0 && one.interval.high >= 0).length,
    ).toBeGreaterThanOrEqual(57);
    expect(found[0]?.blockChunks).toBe(36);
  });

  it('finds the difference between Q6_K and Q6_K with more of q8_0 that was published', () => {
    const found = differences({ chunks: 580, mean: 0.005707, difference: 0.000438, own: 0.1 }, 60);
    expect(found.every((one) => one !== null && one.mean < 0 && one.confidencePercent >= 95)).toBe(true);
  });

  it('tells dependent chunks from independent ones', () => {
    const error = (dependence: number) =>
      bootstrapMean(printedSeries(chunkPair('dependence', { chunks: 580, dependence, shared: 0.3 }).a), {
        key,
        confidencePercent: 95,
        resamples: 1,
      })?.error ?? 0;
    expect(error(0.8)).toBeGreaterThan(2 * error(0));
  });

  it('depends on the key alone', () => {
    const series = printedSeries(chunkPair('key', { chunks: 64 }).a);
    const of = (text: string) =>
      bootstrapMean(series, { key: sha256(text), confidencePercent: 95, resamples: 199 });
    expect(of('one')).toEqual(of('one'));
    expect(of('one')?.interval).not.toEqual(of('other')?.interval);
  });

  it('draws 9999 times unless told otherwise, and its confidence and interval agree', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { a, b } = chunkPair(`agree ${seed}`, { chunks: 64, difference: 0.0006 });
      const found = bootstrapMean(differenceOf(printedSeries(a), printedSeries(b)), {
        key,
        confidencePercent: 95,
      });
      expect(found?.resamples).toBe(9999);
      const leavesZeroOut = found?.interval ? found.interval.low > 0 || found.interval.high < 0 : null;
      expect(leavesZeroOut).toBe((found?.confidencePercent ?? 0) >= 95);
    }
  });

  it.each([
    ['fewer than 8 chunks', [1, 2, 3, 4, 5, 6, 7], null],
    [
      'no difference at all',
      new Array<number>(8).fill(0),
      {
        mean: 0,
        error: 0,
        confidencePercent: 0,
        interval: { low: expect.closeTo(-5e-6, 12) as number, high: expect.closeTo(5e-6, 12) as number },
      },
    ],
    ['always the same difference', new Array<number>(8).fill(0.25), { error: 0, confidencePercent: 100 }],
  ])('%s', (_, chunks, expected) => {
    const found = bootstrapMean(runningMean(printedMeans(chunks, 5), 5), { key, confidencePercent: 95 });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  it('one chunk that differs among equal ones decides nothing', () => {
    const found = bootstrapMean(runningMean(printedMeans([0, 0, 0, 0, 0, 0, 0, 1], 5), 5), {
      key,
      confidencePercent: 95,
    });
    expect(found?.interval).toBeNull();
    expect(found?.confidencePercent).toBeLessThan(95);
  });
});
