import { readFileSync } from 'node:fs';
import { kldReader } from '../tool/kld-reader.js';
import { misleadingRatioText, withBasePerplexity } from './base-perplexity.js';

const printed = (edit: (log: string) => string = (log) => log) => {
  const reader = kldReader();
  const log = readFileSync(new URL('../recorded/variant.log', import.meta.url), 'utf8');
  for (const line of edit(log).split('\n')) reader.line(line);
  return reader.result().statistics;
};
const estimate = (value: number, error = 1) => ({ value, error });
/** What llama-perplexity printed of a variant with some perplexity, and of its base. */
const perplexityOf = ([variant, recomputedBase, base, error = 0.0005]: readonly [
  number,
  number,
  number,
  number?,
]) => {
  const { perplexity, ...others } = printed();
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
    estimate(base),
  ).perplexity;
};

describe('the perplexity of the unquantized model', () => {
  it('is what its own pass printed; what was recomputed from kept logits stands beside it', () => {
    const { perplexity } = withBasePerplexity(printed(), { value: 640.5, error: 60.25 });
    expect(perplexity).toMatchObject({
      variant: { value: 606.706341, error: 62.069644 },
      base: { value: 640.5, error: 60.25 },
      ratio: { value: 0.947239, error: 0.024331 },
      logRatio: { value: -0.054204, error: 0.025686 },
      difference: { value: -33.793659, error: 17.970735 },
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

  it('has no error where the tool could compute none, and is no negative zero', () => {
    const { perplexity } = withBasePerplexity(
      printed((log) => log.replace(/(Mean ln\(PPL\(Q\)\/PPL\(base\)\).*±).*/, '$1 -nan')),
      estimate(640),
    );
    expect([perplexity.ratio.error, perplexity.logRatio.error]).toEqual([null, null]);
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
