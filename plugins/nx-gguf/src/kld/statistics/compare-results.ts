import type { Json } from '../../core/json/canonical-json.js';
import { digestOf, type Sha256 } from '../../core/digest.js';
import type { ComparedMetric, FullComparison } from '../../core/generated/comparison.generated.js';
import type { Estimate, KldResult } from '../../core/generated/kld.generated.js';
import { validate } from '../../core/validate.js';
import type { Metric } from '../metrics/metric.js';
import { metricNamed, metricsIn, type MetricName } from '../metrics/registry.js';
import { blockError, bootstrapMean } from './block-bootstrap.js';
import { requireComparable, type NamedResult } from './comparability.js';
import { differenceOf, runningMean, type RunningMean } from './running-mean.js';

/** The metrics that are known for single chunks. */
const paired = metricsIn('paired');

/**
 * Compares two complete measurements chunk by chunk. Equal results give the same comparison on any machine.
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
  const compared = paired.map((metric) =>
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
  metric: Metric,
  { a, b, key, confidencePercent }: { a: KldResult; b: KldResult; key: Sha256; confidencePercent: number },
): ComparedMetric {
  const difference = bootstrapMean(differenceOf(seriesOf(metric, a), seriesOf(metric, b)), {
    key,
    confidencePercent,
  });
  const side = (result: KldResult) => ({
    ...printedValue(metric, result),
    blockError: blockError(seriesOf(metric, result)),
  });
  const isDecided =
    metric.better !== null && difference !== null && difference.confidencePercent >= confidencePercent;
  // Of a difference a - b.
  const closerSign = metric.better === 'lower' ? -1 : 1;
  return {
    metric: metric.name as ComparedMetric['metric'],
    a: side(a),
    b: side(b),
    difference,
    closer: !isDecided ? null : Math.sign(difference.mean) === closerSign ? 'a' : 'b',
  };
}

/**
 * The printed series of a metric, or of the one that differs from it by the same for both. Where its last value
 * is printed again with more decimals, that one is taken.
 */
function seriesOf(compared: Metric, result: KldResult): RunningMean {
  const metric =
    compared.paired?.series === undefined ? compared : metricNamed(compared.paired.series as MetricName);
  const { name, digits, running } = metric;
  if (running === undefined) throw new Error(`${name} is not known for single chunks`);
  const { values } = result.running[running.column];
  return digits > running.decimals
    ? runningMean(values, running.decimals, { value: printedValue(metric, result).value, decimals: digits })
    : runningMean(values, running.decimals);
}

function printedValue({ read }: Metric, { statistics }: KldResult): Estimate {
  const value = read({ sizeBytes: null, bitsPerWeight: null, statistics });
  return value === null || typeof value === 'number' ? { value: value ?? Number.NaN, error: null } : value;
}
