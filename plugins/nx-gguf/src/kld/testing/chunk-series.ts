import { sha256 } from '../../core/digest.js';
import type { KldResult, RunningSeries } from '../../core/generated/kld.generated.js';
import { seededRandom } from '../../core/seeded-random.js';
import { madeSpread, madeStatistics } from './made-statistics.js';
import { runningMean, type RunningMean } from '../statistics/running-mean.js';

const { sqrt, log, cos, exp, PI } = Math;

/** How the chunks of two made-up variants are spread. */
export interface PairOptions {
  readonly chunks: number;
  readonly mean?: number;
  /** How much further B is than A. */
  readonly difference?: number;
  /** Correlation of a chunk with the one before. */
  readonly dependence?: number;
  /** Deviation that A and B share, and that each has of its own, of the logarithm. */
  readonly shared?: number;
  readonly own?: number;
}

/**
 * Mean KLD of each chunk of two variants: skewed, alike in both as the same text makes them, and dependent on
 * the chunk before.
 */
export function chunkPair(
  seed: string,
  { chunks, mean = 0.03, difference = 0, dependence = 0.3, shared = 0.1, own = 0.05 }: PairOptions,
): { a: number[]; b: number[] } {
  const [common, ofA, ofB] = ['common', 'a', 'b'].map((name) => normals(`${seed} ${name}`, chunks)) as [
    number[],
    number[],
    number[],
  ];
  let state = 0;
  const factors = common.map((value) => {
    state = dependence * state + sqrt(1 - dependence ** 2) * value;
    return logNormal(state, shared);
  });
  const side = (level: number, values: readonly number[]) =>
    factors.map((factor, chunk) => level * factor * logNormal(values[chunk] ?? 0, own));
  return { a: side(mean, ofA), b: side(mean + difference, ofB) };
}

/** What a tool prints of chunk values: the running means with so many decimals. */
export function printedMeans(values: readonly number[], decimals: number): number[] {
  let sum = 0;
  return values.map((value, index) => {
    sum += value;
    return Number((sum / (index + 1)).toFixed(decimals));
  });
}

/** Chunk values the way they come back from what llama-perplexity prints: five decimals, six in the end. */
export function printedSeries(values: readonly number[]): RunningMean {
  return runningMean(printedMeans(values, 5), 5, { value: printedMeans(values, 6).at(-1) ?? 0, decimals: 6 });
}

/** A result with these chunk values of KL divergence, and where it matters others. */
export function resultOf(
  kld: readonly number[],
  {
    variant = 'a',
    sameTop = kld.map(() => 90),
    ctx = 512,
  }: { variant?: string; sameTop?: readonly number[]; ctx?: number } = {},
): KldResult {
  const series = (values: readonly number[], decimals: number): RunningSeries => ({
    values: printedMeans(values, decimals),
    errors: values.map(() => 0.001),
  });
  const estimate = (value: number) => ({ value, error: 0.0001 });
  const last = (values: readonly number[], decimals: number): number =>
    printedMeans(values, decimals).at(-1) ?? 0;
  const spread = {
    mean: estimate(last(kld, 6)),
    maximum: 1,
    percentile99_9: 0.5,
    percentile99: 0.3,
    percentile95: 0.2,
    percentile90: 0.1,
    median: 0.02,
    percentile10: 0.01,
    percentile5: 0.005,
    percentile1: 0.001,
    percentile0_1: 0,
    minimum: 0,
  };
  const file = (name: string) => ({ name, sha256: sha256(name) });
  return {
    format: 1,
    method: 'llama-perplexity',
    subject: {
      variant: [file(`${variant}.gguf`)],
      base: [file('base.gguf')],
      corpus: file('wiki.test.raw'),
      parameters: { ctx, chunks: -1, batch: 2048, ubatch: 512 },
      toolchain: sha256('tools'),
    },
    statistics: madeStatistics(
      { chunks: kld.length, ctx },
      {
        perplexity: estimate(12),
        basePerplexity: estimate(11.9),
        perplexityCorrelationPercent: 99,
        logPerplexityRatio: estimate(last(kld, 6)),
        recomputedBasePerplexity: estimate(11.9),
        recomputedLogPerplexityRatio: estimate(last(kld, 6)),
        recomputedPerplexityRatio: estimate(1.008),
        perplexityRatio: estimate(1.008),
        perplexityDifference: estimate(0.1),
        ...madeSpread('Kld', spread),
        ...madeSpread('DeltaProbabilityPercent', spread),
        percentile75DeltaProbabilityPercent: 0.05,
        percentile25DeltaProbabilityPercent: 0.01,
        rmsDeltaProbabilityPercent: estimate(2),
        sameTopPercent: estimate(last(sameTop, 3)),
      },
    ),
    running: {
      perplexity: series(
        kld.map(() => 12),
        4,
      ),
      recomputedLogRatio: series(kld, 5),
      kldNats: series(kld, 5),
      deltaProbabilityRmsPercent: series(
        kld.map(() => 2),
        3,
      ),
      sameTopPercent: series(sameTop, 3),
    },
  };
}

function normals(seed: string, count: number): number[] {
  const random = seededRandom(Number.parseInt(sha256(seed).slice(0, 8), 16));
  return Array.from({ length: count }, () => sqrt(-2 * log(1 - random())) * cos(2 * PI * random()));
}

/** Of mean 1. */
function logNormal(value: number, deviation: number): number {
  return exp(deviation * value - deviation ** 2 / 2);
}
