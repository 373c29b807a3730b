import type { Estimate, KldStatistics } from '../../core/generated/kld.generated.js';
import type { Metric, MetricUnit, PrintedLine, StoredPlace } from './metric.js';

type PlaceOf<T> = {
  [G in keyof KldStatistics]: KldStatistics[G] extends T
    ? readonly [G]
    : {
        [K in keyof KldStatistics[G]]: KldStatistics[G][K] extends T ? readonly [G, K & string] : never;
      }[keyof KldStatistics[G]];
}[keyof KldStatistics];

/** A value that is printed alone. */
const printed = (line: string, place: PlaceOf<number>) => printedLine(line, { place, hasError: false });

/** A value that is printed with its standard error. */
const estimated = (line: string, place: PlaceOf<Estimate>) => printedLine(line, { place, hasError: true });

function printedLine(
  line: string,
  { place, hasError }: Omit<PrintedLine, 'line'>,
): { isMeasured: true; printed: PrintedLine; read: Metric['read'] } {
  return {
    isMeasured: true,
    printed: { line, place, hasError },
    read: readAt(place),
  };
}

function readAt(place: readonly string[]): Metric['read'] {
  return ({ statistics }) =>
    place.reduce<unknown>((of, key) => (of as Record<string, unknown> | null)?.[key] ?? null, statistics) as
      Estimate | number | null;
}

/** A value with its error that is computed from others when a measurement ends; see statistics/base-perplexity.ts. */
const derived = (
  place: PlaceOf<Estimate>,
): { isMeasured: true; derived: StoredPlace; read: Metric['read'] } => ({
  isMeasured: true,
  derived: { place, hasError: true },
  read: readAt(place),
});

/** What llama-perplexity compares with: it keeps the unquantized model's logits in 16 bits. */
const recomputed = 'recomputed from logits kept in 16 bits with a floor of 16 nats';

const table = [
  {
    name: 'size',
    label: 'size',
    description: 'Size of all files of the variant: bytes, or a number with a unit',
    unit: 'bytes',
    digits: 0,
    better: 'lower',
    isMeasured: false,
    read: ({ sizeBytes }) => sizeBytes,
    gate: { order: 80, example: '520 MiB' },
    card: { part: 'files' },
  },
  {
    name: 'bitsPerWeight',
    label: 'bits per weight',
    description: 'Bits per weight, as llama-quantize counts them',
    unit: 'bits',
    digits: 2,
    better: 'lower',
    isMeasured: false,
    read: ({ bitsPerWeight }) => bitsPerWeight,
    gate: { order: 90, example: 5.2 },
    card: { part: 'files' },
    formerPlaceholder: 'bits-per-weight',
  },
  {
    name: 'perplexity',
    label: 'perplexity',
    description: 'Perplexity over the compared tokens',
    unit: 'ratio',
    digits: 4,
    better: null,
    ...estimated('Mean PPL(Q)', ['perplexity', 'variant']),
    running: { column: 'perplexity', decimals: 4 },
    card: { part: 'others', judgedBy: 'perplexityRatio' },
    summary: { order: 30 },
  },
  {
    name: 'basePerplexity',
    label: 'perplexity of the unquantized model',
    description: 'Perplexity of the unquantized model over the compared tokens, as its own pass printed it',
    unit: 'ratio',
    digits: 4,
    better: null,
    ...derived(['perplexity', 'base']),
  },
  {
    name: 'recomputedBasePerplexity',
    label: 'recomputed perplexity of the unquantized model',
    description: `Perplexity of the unquantized model over the compared tokens, ${recomputed}`,
    unit: 'ratio',
    digits: 4,
    better: null,
    ...estimated('Mean PPL(base)', ['perplexity', 'recomputedBase']),
  },
  {
    name: 'perplexityCorrelationPercent',
    label: 'correlation of ln(PPL)',
    description: `Correlation of the logarithms of both perplexities, that of the unquantized model ${recomputed}`,
    unit: 'percent',
    digits: 2,
    better: 'higher',
    ...printed('Cor(ln(PPL(Q)), ln(PPL(base)))', ['perplexity', 'correlationPercent']),
  },
  {
    name: 'logPerplexityRatio',
    label: 'ln(PPL/PPL base)',
    description: 'Logarithm of the perplexity, as a ratio to that of the unquantized model',
    unit: 'nats',
    digits: 6,
    better: null,
    ...derived(['perplexity', 'logRatio']),
    paired: { order: 20, series: 'recomputedLogPerplexityRatio' },
  },
  {
    name: 'recomputedLogPerplexityRatio',
    label: 'recomputed ln(PPL/PPL base)',
    description: `Logarithm of the perplexity, as a ratio to that of the unquantized model ${recomputed}`,
    unit: 'nats',
    digits: 6,
    better: null,
    ...estimated('Mean ln(PPL(Q)/PPL(base))', ['perplexity', 'recomputedLogRatio']),
    running: { column: 'recomputedLogRatio', decimals: 5 },
  },
  {
    name: 'perplexityRatio',
    label: 'perplexity ratio',
    description: 'Perplexity, as a ratio to that of the unquantized model',
    unit: 'ratio',
    digits: 6,
    better: 'lower',
    ...derived(['perplexity', 'ratio']),
    gate: { order: 50, example: 1.02 },
    card: { part: 'others', label: 'Perplexity / unquantized', ideal: 1 },
    page: { order: 60, digits: 4, label: 'PPL ratio' },
    formerPlaceholder: 'perplexity-ratio',
  },
  {
    name: 'recomputedPerplexityRatio',
    label: 'recomputed perplexity ratio',
    description: `Perplexity, as a ratio to that of the unquantized model ${recomputed}`,
    unit: 'ratio',
    digits: 6,
    better: null,
    ...estimated('Mean PPL(Q)/PPL(base)', ['perplexity', 'recomputedRatio']),
    card: { part: 'others', label: 'Mean PPL(Q)/PPL(base) of llama-perplexity' },
  },
  {
    name: 'perplexityDifference',
    label: 'perplexity difference',
    description: 'Perplexity minus that of the unquantized model',
    unit: 'ratio',
    digits: 6,
    better: 'lower',
    ...derived(['perplexity', 'difference']),
  },
  {
    name: 'recomputedPerplexityDifference',
    label: 'recomputed perplexity difference',
    description: `Perplexity minus that of the unquantized model ${recomputed}`,
    unit: 'ratio',
    digits: 6,
    better: null,
    ...estimated('Mean PPL(Q)-PPL(base)', ['perplexity', 'recomputedDifference']),
  },
  {
    name: 'meanKld',
    label: 'mean KLD',
    description: 'Mean KL divergence from the unquantized model',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...estimated('Mean KLD', ['kldNats', 'mean']),
    card: { part: 'divergence', ideal: 0 },
    running: { column: 'kldNats', decimals: 5 },
    gate: { order: 10, example: 0.03 },
    paired: { order: 10 },
    page: {
      order: 10,
      digits: 6,
      hint: 'Mean KL divergence from the unquantized model, in nats: lower is better',
    },
    summary: { order: 10 },
    formerPlaceholder: 'kld',
  },
  {
    name: 'maximumKld',
    label: 'maximum KLD',
    description: 'KL divergence of the worst token',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('Maximum KLD', ['kldNats', 'maximum']),
    card: { part: 'divergence', ideal: 0 },
    gate: { order: 40 },
    page: { order: 30, digits: 4, label: 'Max' },
    percentile: 'maximum',
    formerPlaceholder: 'kld-maximum',
  },
  {
    name: 'percentile99_9Kld',
    label: '99.9 % KLD',
    description: 'KL divergence that 99.9 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('99.9% KLD', ['kldNats', 'percentile99_9']),
    card: { part: 'divergence', ideal: 0 },
    gate: { order: 20 },
    page: { order: 20, digits: 4, label: '99.9 %' },
    percentile: '99.9 %',
  },
  {
    name: 'percentile99Kld',
    label: '99 % KLD',
    description: 'KL divergence that 99 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('99.0% KLD', ['kldNats', 'percentile99']),
    card: { part: 'divergence', ideal: 0 },
    gate: { order: 30 },
    percentile: '99 %',
    formerPlaceholder: 'kld-99',
  },
  {
    name: 'percentile95Kld',
    label: '95 % KLD',
    description: 'KL divergence that 95 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('95.0% KLD', ['kldNats', 'percentile95']),
    card: { part: 'divergence', ideal: 0 },
    percentile: '95 %',
  },
  {
    name: 'percentile90Kld',
    label: '90 % KLD',
    description: 'KL divergence that 90 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('90.0% KLD', ['kldNats', 'percentile90']),
    card: { part: 'divergence', ideal: 0 },
    percentile: '90 %',
  },
  {
    name: 'medianKld',
    label: 'median KLD',
    description: 'KL divergence that half of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('Median KLD', ['kldNats', 'median']),
    card: { part: 'divergence', ideal: 0 },
    percentile: 'median',
  },
  {
    name: 'percentile10Kld',
    label: '10 % KLD',
    description: 'KL divergence that 10 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('10.0% KLD', ['kldNats', 'percentile10']),
    card: { part: 'divergence', ideal: 0 },
  },
  {
    name: 'percentile5Kld',
    label: '5 % KLD',
    description: 'KL divergence that 5 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('5.0% KLD', ['kldNats', 'percentile5']),
    card: { part: 'divergence', ideal: 0 },
  },
  {
    name: 'percentile1Kld',
    label: '1 % KLD',
    description: 'KL divergence that 1 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('1.0% KLD', ['kldNats', 'percentile1']),
    card: { part: 'divergence', ideal: 0 },
  },
  {
    name: 'percentile0_1Kld',
    label: '0.1 % KLD',
    description: 'KL divergence that 0.1 % of the tokens are at or below',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('0.1% KLD', ['kldNats', 'percentile0_1']),
    card: { part: 'divergence', ideal: 0 },
  },
  {
    name: 'minimumKld',
    label: 'minimum KLD',
    description: 'KL divergence of the closest token',
    unit: 'nats',
    digits: 6,
    better: 'lower',
    ...printed('Minimum KLD', ['kldNats', 'minimum']),
  },
  {
    name: 'meanDeltaProbabilityPercent',
    label: 'mean Δp',
    description: "Mean change of the right token's probability",
    unit: 'points',
    digits: 3,
    better: null,
    ...estimated('Mean Δp', ['deltaProbabilityPercent', 'mean']),
  },
  {
    name: 'maximumDeltaProbabilityPercent',
    label: 'maximum Δp',
    description: "Largest change of the right token's probability",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('Maximum Δp', ['deltaProbabilityPercent', 'maximum']),
  },
  {
    name: 'percentile99_9DeltaProbabilityPercent',
    label: '99.9 % Δp',
    description: "Change of the right token's probability that 99.9 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('99.9% Δp', ['deltaProbabilityPercent', 'percentile99_9']),
  },
  {
    name: 'percentile99DeltaProbabilityPercent',
    label: '99 % Δp',
    description: "Change of the right token's probability that 99 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('99.0% Δp', ['deltaProbabilityPercent', 'percentile99']),
  },
  {
    name: 'percentile95DeltaProbabilityPercent',
    label: '95 % Δp',
    description: "Change of the right token's probability that 95 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('95.0% Δp', ['deltaProbabilityPercent', 'percentile95']),
  },
  {
    name: 'percentile90DeltaProbabilityPercent',
    label: '90 % Δp',
    description: "Change of the right token's probability that 90 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('90.0% Δp', ['deltaProbabilityPercent', 'percentile90']),
  },
  {
    name: 'percentile75DeltaProbabilityPercent',
    label: '75 % Δp',
    description: "Change of the right token's probability that 75 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('75.0% Δp', ['deltaProbabilityPercent', 'percentile75']),
  },
  {
    name: 'medianDeltaProbabilityPercent',
    label: 'median Δp',
    description: "Change of the right token's probability that half of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('Median Δp', ['deltaProbabilityPercent', 'median']),
  },
  {
    name: 'percentile25DeltaProbabilityPercent',
    label: '25 % Δp',
    description: "Change of the right token's probability that 25 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('25.0% Δp', ['deltaProbabilityPercent', 'percentile25']),
  },
  {
    name: 'percentile10DeltaProbabilityPercent',
    label: '10 % Δp',
    description: "Change of the right token's probability that 10 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('10.0% Δp', ['deltaProbabilityPercent', 'percentile10']),
  },
  {
    name: 'percentile5DeltaProbabilityPercent',
    label: '5 % Δp',
    description: "Change of the right token's probability that 5 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('5.0% Δp', ['deltaProbabilityPercent', 'percentile5']),
  },
  {
    name: 'percentile1DeltaProbabilityPercent',
    label: '1 % Δp',
    description: "Change of the right token's probability that 1 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('1.0% Δp', ['deltaProbabilityPercent', 'percentile1']),
  },
  {
    name: 'percentile0_1DeltaProbabilityPercent',
    label: '0.1 % Δp',
    description: "Change of the right token's probability that 0.1 % of the tokens are at or below",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('0.1% Δp', ['deltaProbabilityPercent', 'percentile0_1']),
  },
  {
    name: 'minimumDeltaProbabilityPercent',
    label: 'minimum Δp',
    description: "Smallest change of the right token's probability",
    unit: 'points',
    digits: 3,
    better: null,
    ...printed('Minimum Δp', ['deltaProbabilityPercent', 'minimum']),
  },
  {
    name: 'rmsDeltaProbabilityPercent',
    label: 'RMS Δp',
    description: "Root mean square of the change of the right token's probability",
    unit: 'points',
    digits: 3,
    better: 'lower',
    ...estimated('RMS Δp', ['deltaProbabilityPercent', 'rms']),
    running: { column: 'deltaProbabilityRmsPercent', decimals: 3 },
    gate: { order: 60 },
    card: { part: 'others', ideal: 0 },
    page: { order: 50, digits: 3 },
  },
  {
    name: 'sameTopPercent',
    label: 'same top',
    description: 'Share of tokens for which variant and unquantized model put the same token first',
    unit: 'percent',
    digits: 3,
    better: 'higher',
    ...estimated('Same top p', ['sameTopPercent']),
    running: { column: 'sameTopPercent', decimals: 3 },
    gate: { order: 70, example: 92 },
    paired: { order: 30 },
    card: { part: 'others', label: 'Same top token, %', ideal: 100 },
    page: {
      order: 40,
      digits: 2,
      hint: 'Share of tokens for which both put the same token first, in percent: higher is better',
    },
    summary: { order: 20 },
    formerPlaceholder: 'same-top',
  },
] as const satisfies readonly Metric[];

/** The name of a metric. */
export type MetricName = (typeof table)[number]['name'];

/**
 * All metrics: those of files, then those that llama-perplexity prints, in the order in which it prints them.
 */
export const metrics: readonly Metric[] = table;

/** The metric of that name. */
export function metricNamed(name: MetricName): Metric {
  const found = metrics.find((metric) => metric.name === name);
  if (found === undefined) throw new Error(`there is no metric ${name}`);
  return found;
}

/** The metrics that a list has, in the order of that list. */
export function metricsIn(list: 'gate' | 'paired' | 'page' | 'summary'): Metric[] {
  return metrics
    .filter((metric) => metric[list] !== undefined)
    .sort((a, b) => (a[list]?.order ?? 0) - (b[list]?.order ?? 0));
}

const unitWords: Readonly<Record<MetricUnit, string>> = {
  nats: ', in nats',
  ratio: '',
  percent: ', in percent',
  points: ', in percentage points',
  bytes: '',
  bits: '',
};

/** What a metric is and in which unit, without a full stop. */
export function metricDescription({ description, unit }: Metric): string {
  return `${description}${unitWords[unit]}`;
}
