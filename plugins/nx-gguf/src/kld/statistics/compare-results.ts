import type { Json } from '../../core/canonical-json.js';
import { digestOf, type Sha256 } from '../../core/digest.js';
import type { ComparedMetric, FullComparison } from '../../core/generated/comparison.generated.js';
import type { Estimate, KldResult } from '../../core/generated/kld.generated.js';
import { validate } from '../../core/validate.js';
import { bootstrapMean } from './block-bootstrap.js';
import { requireComparable, type NamedResult } from './comparability.js';
import { differenceOf, runningMean, type RunningMean } from './running-mean.js';

/** A figure that is known for single chunks: where its series is and with how many decimals it is printed. */
interface ChunkMetric {
  readonly metric: ComparedMetric['metric'];
  readonly series: (result: KldResult) => RunningMean;
  readonly printed: (result: KldResult) => Estimate;
  /** Sign of a difference a - b with which a is closer; null where neither side is better. */
  readonly closerSign: -1 | 1 | null;
}

const metrics: readonly ChunkMetric[] = [
  {
    metric: 'meanKld',
    series: ({ running, statistics }) =>
      runningMean(running.kldNats.values, 5, { value: statistics.kldNats.mean.value, decimals: 6 }),
    printed: ({ statistics }) => statistics.kldNats.mean,
    closerSign: -1,
  },
  {
    metric: 'logPerplexityRatio',
    series: ({ running, statistics }) =>
      runningMean(running.logRatio.values, 5, { value: statistics.perplexity.logRatio.value, decimals: 6 }),
    printed: ({ statistics }) => statistics.perplexity.logRatio,
    closerSign: null,
  },
  {
    metric: 'sameTopPercent',
    series: ({ running }) => runningMean(running.sameTopPercent.values, 3),
    printed: ({ statistics }) => statistics.sameTopPercent,
    closerSign: 1,
  },
];

/**
 * Compares two complete measurements chunk by chunk. The same for the same results, whoever computes it.
 * @throws GgufError `KLD_NOT_COMPARABLE`
 */
export function compareResults(
  a: NamedResult,
  b: NamedResult,
  { confidencePercent }: { confidencePercent: number },
): FullComparison {
  requireComparable(a, b);
  // Turned around, a comparison draws the same blocks, and so says the same.
  const key = digestOf([a, b].map(({ result }) => digestOf(result as unknown as Json)).sort());
  const compared = metrics.map((metric) =>
    comparedMetric(metric, { a: a.result, b: b.result, key, confidencePercent }),
  );
  const { chunks, tokens } = a.result.statistics;
  return validate(
    'comparison',
    {
      format: 1,
      mode: 'full',
      method: 'studentized circular block bootstrap over chunks',
      a: a.name,
      b: b.name,
      chunks,
      tokens,
      confidencePercent,
      metrics: compared,
    },
    'comparison',
  ) as FullComparison;
}

function comparedMetric(
  { metric, series, printed, closerSign }: ChunkMetric,
  { a, b, key, confidencePercent }: { a: KldResult; b: KldResult; key: Sha256; confidencePercent: number },
): ComparedMetric {
  const difference = bootstrapMean(differenceOf(series(a), series(b)), { key, confidencePercent });
  const side = (result: KldResult) => ({
    ...printed(result),
    blockError: bootstrapMean(series(result), { key, confidencePercent, resamples: 1 })?.error ?? null,
  });
  const isDecided =
    closerSign !== null && difference !== null && difference.confidencePercent >= confidencePercent;
  return {
    metric,
    a: side(a),
    b: side(b),
    difference,
    closer: !isDecided ? null : Math.sign(difference.mean) === closerSign ? 'a' : 'b',
  };
}
