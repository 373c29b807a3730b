import { readFileSync } from 'node:fs';
import { seededRandom } from '../../core/seeded-random.js';
import { printedMeans } from '../testing/chunk-series.js';
import { kldReader } from '../tool/kld-reader.js';
import { misleadingRatioText, withBasePerplexity } from './base-perplexity.js';

const printed = () => {
  const reader = kldReader();
  const log = readFileSync(new URL('../recorded/variant.log', import.meta.url), 'utf8');
  for (const line of log.split('\n')) reader.line(line);
  return reader.result();
};
/** What the base pass of the same recording printed after each chunk. */
const recordedBase = [423.9489, 596.8353, 666.3127, 632.854, 615.2453, 702.2202, 742.5352, 666.9415];
const estimate = (value: number, error = 1) => ({ value, error });
/** What llama-perplexity printed of a variant with some perplexity, and of its base. */
const perplexityOf = ([variant, recomputedBase, base, error = 0.0005]: readonly [
  number,
  number,
  number,
  number?,
]) => {
  const {
    statistics: { perplexity, ...others },
    running,
  } = printed();
  return withBasePerplexity(
    {
      ...others,
      perplexity: {
        ...perplexity,
        variant: estimate(variant),
        recomputedBase: estimate(recomputedBase),
        recomputedLogRatio: estimate(Math.log(variant / recomputedBase), error),
        recomputedRatio: estimate(variant / recomputedBase, error),
      },
    },
    running,
    { final: estimate(base), running: recordedBase },
  ).perplexity;
};

describe('the perplexity of the unquantized model', () => {
  it('is what its own pass printed; what was recomputed from kept logits stands beside it', () => {
    const { statistics, running } = printed();
    const base = { final: { value: 640.5, error: 60.25 }, running: recordedBase };
    expect(withBasePerplexity(statistics, running, base).perplexity).toMatchObject({
      variant: { value: 606.706341, error: 62.069644 },
      base: { value: 640.5, error: 60.25 },
      ratio: { value: 0.947239 },
      logRatio: { value: -0.054204 },
      difference: { value: -33.793659 },
      recomputedBase: { value: 666.942122, error: 69.678259 },
      recomputedRatio: { value: 0.909684, error: 0.023366 },
      recomputedLogRatio: { value: -0.094658, error: 0.025686 },
      recomputedDifference: { value: -60.235781, error: 17.970735 },
    });
  });

  it.each([
    // A copy of a flat model: the tool says 1.0086.
    ['a copy of a flat model', [24717.127, 24554.1151, 24717.127], 1],
    ['Q6_K of a flat model', [24645.4, 24554.1151, 24717.127], 0.997098],
    // Where both are the same in the four decimals of the base pass, six of the other are better than four.
    ['a copy of a sharp model', [5.123449, 5.123449, 5.1234], 1],
    ['a sharp model', [5.2, 5.123449, 5.1234], 1.014941],
  ] as const)('gives the ratio of %s', (_, printedOf, ratio) => {
    const perplexity = perplexityOf(printedOf);
    expect(perplexity.ratio.value).toBe(ratio);
    expect(perplexity.logRatio.value).toBeCloseTo(Math.log(ratio), 5);
  });

  it('is no negative zero', () => {
    expect(Object.is(perplexityOf([9.9999999, 9, 10]).logRatio.value, 0)).toBe(true);
  });

  it.each([
    ['a flat model', [24645.4, 24554.1151, 24717.127], true],
    ['a sharp model', [5.2, 5.123449, 5.1234], false],
    ['a difference below the error', [5.2, 5.124, 5.1234], false],
    ['a difference of rounding alone, and no error', [5.2, 5.123449, 5.1234, 0], false],
    ['a small difference, and no error', [5.2, 5.124, 5.1234, 0], true],
  ] as const)('of %s differs by more than the error: %s %s', (_, printedOf, expected) => {
    expect(misleadingRatioText(perplexityOf(printedOf)) !== null).toBe(expected);
  });

  it('says which figure misleads, and why', () => {
    expect(misleadingRatioText(perplexityOf([24645.4, 24554.1151, 24717.127]))).toBe(
      "llama-perplexity prints a perplexity ratio of 1.003718, which is 0.997098: it recomputes the unquantized model's perplexity from logits kept with a floor of 16 nats, as 24554.1151 instead of 24717.1270",
    );
  });
});

describe('the errors of what is relative to the unquantized model', () => {
  /** Perplexities after each chunk, from the mean negative log-likelihood of each. */
  const printedOf = (nll: readonly number[]): number[] =>
    printedMeans(nll, 12).map((mean) => Number(Math.exp(mean).toFixed(4)));
  /** The figures of a comparison whose tool recomputes some perplexity of the base, and gives some error. */
  const errorsOf = ({
    variant,
    base,
    floored = 0,
    toolError,
    digits = 0,
  }: {
    variant: readonly number[];
    base: readonly number[];
    floored?: number;
    toolError: number | null;
    digits?: number;
  }) => {
    const { statistics, running } = printed();
    const [of, to] = [printedOf(variant), printedOf(base)];
    const [ofLast, toLast] = [of.at(-1) ?? 0, to.at(-1) ?? 0];
    const { perplexity } = withBasePerplexity(
      {
        ...statistics,
        perplexity: {
          ...statistics.perplexity,
          variant: estimate(ofLast + digits),
          recomputedBase: estimate(toLast * Math.exp(-floored)),
          recomputedLogRatio: { value: 0, error: toolError },
          recomputedDifference: { value: 0, error: 5 },
        },
      },
      { perplexity: { ...running.perplexity, values: of } },
      { final: estimate(toLast), running: to },
    );
    return {
      ratio: perplexity.ratio,
      byDifference: perplexity.difference.value,
      logRatio: perplexity.logRatio.error,
      difference: perplexity.difference.error,
    };
  };
  const seeded = (seed: number, count: number, deviation: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, () => deviation * (random() - 0.5) * Math.sqrt(12));
  };
  const text = seeded(1, 200, 0.4).map((value) => 10 + value);
  const own = seeded(2, 200, 0.02);
  const variant = text.map((value, chunk) => value + (own[chunk] ?? 0));

  it.each([
    ['a flat model', text, 0.0066, 0.0004],
    ['one whose error the tool cannot compute', text, 0.0066, null],
    ['a sharp model', text.map((value) => value - 8), 0, 0.0004],
    ['a few chunks', text.slice(0, 2), 0.0066, 0.0004],
  ] as const)('are 0 of a copy of %s', (...[, base, floored, toolError]) => {
    expect(errorsOf({ variant: base, base, floored, toolError, digits: 0.000_04 })).toEqual({
      byDifference: 0,
      ratio: { value: 1, error: 0 },
      logRatio: 0,
      difference: 0,
    });
  });

  it('are those of the tool where the floor can move them by a twentieth of them at most', () => {
    expect(errorsOf({ variant, base: text, floored: 0.0005, toolError: 0.0101 })).toMatchObject({
      logRatio: 0.0101,
      difference: 5,
    });
  });

  it('come from chunks where it can move them by more: what both models have in common is no error', () => {
    const { ratio, logRatio, difference } = errorsOf({
      variant,
      base: text,
      floored: 0.0066,
      toolError: 0.03,
    });
    const expected = 0.02 / Math.sqrt(200);
    expect(logRatio).toBeGreaterThan(0.8 * expected);
    expect(logRatio).toBeLessThan(1.2 * expected);
    expect(ratio.error).toBeCloseTo(ratio.value * (logRatio ?? 0), 5);
    // As the first order of PPL(Q) - PPL(base), at a ratio near 1.
    const perplexity = printedOf(text).at(-1) ?? 0;
    expect((difference ?? 0) / (perplexity * (logRatio ?? 0))).toBeCloseTo(1, 1);
  });

  it.each([
    ['are too few', 7],
    ['are not all known', 199],
  ])('are not known where they must come from chunks, and these %s', (_, known) => {
    const wanted = known === 7 ? variant.slice(0, 7) : variant;
    expect(
      errorsOf({ variant: wanted, base: text.slice(0, known), floored: 0.0066, toolError: 0.03 }),
    ).toMatchObject({ ratio: { error: null }, logRatio: null, difference: null });
  });
});
