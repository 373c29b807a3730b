import type { Estimate, KldStatistics } from '../core/generated/kld.generated.js';
import type { Metric } from '../kld/metrics/metric.js';
import { metricsIn } from '../kld/metrics/registry.js';
import { estimateText, sizeText } from './numbers.js';

/** A value of a metric: with its own decimals, its error where there is one, and a unit where that varies. */
export function metricText({ unit, digits }: Metric, figure: Estimate | number): string {
  const estimate = typeof figure === 'number' ? { value: figure, error: null } : figure;
  return unit === 'bytes' ? sizeText(estimate.value) : estimateText(estimate, digits);
}

/** A metric at the head of a row or a column of figures: `mean KLD`, `same top, %`. */
export function metricHeading({ label, unit }: Metric): string {
  return `${label}${unitSign(unit) === '' ? '' : `, ${unitSign(unit)}`}`;
}

/** A text whose first letter is a capital. */
export function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/**
 * The figures that a result is summed up by, in words: `mean KLD 0.036272 ± 0.000154`,
 * `same top 91.250 ± 0.100 %`, …
 */
export function summaryFigures(statistics: KldStatistics): string[] {
  return metricsIn('summary').flatMap((metric) => {
    const value = metric.read({ sizeBytes: null, bitsPerWeight: null, statistics });
    const sign = unitSign(metric.unit);
    return value === null
      ? []
      : [`${metric.label} ${metricText(metric, value)}${sign === '' ? '' : ` ${sign}`}`];
  });
}

/** The one figure that a result is told by where there is room for no more. */
export function mainFigure(statistics: KldStatistics): string {
  return summaryFigures(statistics)[0] ?? '';
}

function unitSign(unit: Metric['unit']): string {
  return unit === 'percent' || unit === 'points' ? '%' : '';
}
