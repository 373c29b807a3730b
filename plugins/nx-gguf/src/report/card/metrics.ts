import type { KldStatistics } from '../../core/generated/kld.generated.js';
import type { Measurement } from '../../core/generated/evidence.generated.js';
import { statisticRows } from '../../kld/statistics/statistic-rows.js';
import { estimateText as estimate } from '../numbers.js';
import { unbroken } from './markdown.js';

/** One metric of a measured model: how it is shown, and a measure of it that is smaller where the model is better. */
export interface Metric {
  readonly label: string;
  readonly shown: (of: KldStatistics) => string;
  readonly badness: (of: KldStatistics) => number;
}

const digitsOfKld = 6;
const estimateText = (...of: Parameters<typeof estimate>): string => unbroken(estimate(...of));

/** The metrics of KL divergence, in the order and with the names that llama-perplexity's users know. */
export const kldMetrics: readonly Metric[] = statisticRows.map(({ key, label }): Metric => ({
  label: `${label} KLD`,
  shown: ({ kldNats: { [key]: value } }) =>
    typeof value === 'number' ? value.toFixed(digitsOfKld) : estimateText(value, digitsOfKld),
  badness: ({ kldNats: { [key]: value } }) => Math.abs(typeof value === 'number' ? value : value.value),
}));

/** What else the measurement tells. */
export const otherMetrics: readonly Metric[] = [
  {
    label: 'Perplexity',
    shown: ({ perplexity }) => estimateText(perplexity.variant, 4),
    badness: ({ perplexity }) => Math.abs(perplexity.ratio.value - 1),
  },
  {
    label: 'Perplexity / unquantized',
    shown: ({ perplexity }) => estimateText(perplexity.ratio, 6),
    badness: ({ perplexity }) => Math.abs(perplexity.ratio.value - 1),
  },
  {
    label: 'RMS Δp, %',
    shown: ({ deltaProbabilityPercent: { rms } }) => estimateText(rms, 3),
    badness: ({ deltaProbabilityPercent: { rms } }) => rms.value,
  },
  {
    label: 'Same top token, %',
    shown: ({ sameTopPercent }) => estimateText(sameTopPercent, 3),
    badness: ({ sameTopPercent }) => -sameTopPercent.value,
  },
];

/** A metric of several models, the better value bold where there is one that is better than all others. */
export function metricCells(
  { shown, badness }: Metric,
  models: readonly { readonly measurement: Measurement; readonly missing: string }[],
): string[] {
  const values = models.map(({ measurement }) =>
    measurement === null ? null : badness(measurement.statistics),
  );
  const isBest = (own: number): boolean =>
    values.length > 1 &&
    values.every((value) => value !== null) &&
    values.filter((value) => value <= own).length === 1;
  return models.map(({ measurement, missing }, index) => {
    if (measurement === null) return missing;
    const text = shown(measurement.statistics);
    const own = values[index] ?? null;
    return own !== null && isBest(own) ? `**${text}**` : text;
  });
}
