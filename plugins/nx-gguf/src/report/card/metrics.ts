import type { EvidenceFile, Measurement } from '../../core/generated/evidence.generated.js';
import type { Metric, MetricSource } from '../../kld/metrics/metric.js';
import { metricNamed, metrics, type MetricName } from '../../kld/metrics/registry.js';
import { capitalized, metricHeading, metricText } from '../metric-text.js';
import { sizeOf } from '../pictures/models.js';
import { unbroken } from './markdown.js';

/** A metric that the card has a row for. */
export type CardMetric = Metric & Required<Pick<Metric, 'card'>>;

/** A part of the card's tables of metrics. */
type CardPart = CardMetric['card']['part'];

/** A variant or a reference, and what stands in place of a figure that was not measured. */
export interface CardModel {
  readonly files: readonly EvidenceFile[];
  readonly bitsPerWeight: number | null;
  readonly measurement: Measurement;
  readonly missing: string;
}

/** The rows of these parts, in their order. */
export function cardMetrics(...parts: readonly CardPart[]): CardMetric[] {
  return parts.flatMap((part) =>
    metrics.filter((metric): metric is CardMetric => metric.card?.part === part),
  );
}

/** What a metric's row begins with. */
export function cardLabel(metric: CardMetric): string {
  return metric.card.label ?? capitalized(metricHeading(metric));
}

/** A metric of one model as the card shows it. */
export function metricCell(metric: Metric, model: CardModel): string {
  const value = metric.read(sourceOf(model));
  if (value === null) return metric.isMeasured ? model.missing : 'unknown';
  return unbroken(metricText(metric, value));
}

/** A metric of several models, the better value bold where there is one that is better than all others. */
export function metricCells(metric: CardMetric, models: readonly CardModel[]): string[] {
  const values = models.map((model) => distanceFromIdeal(metric, sourceOf(model)));
  const isBest = (own: number | null): boolean =>
    own !== null &&
    values.length > 1 &&
    values.every((value) => value !== null) &&
    values.filter((value) => value <= own).length === 1;
  return models.map((model, index) => {
    const text = metricCell(metric, model);
    return isBest(values[index] ?? null) ? `**${text}**` : text;
  });
}

/** How far a model is from the unquantized one in a metric; null where that is not known or no question. */
function distanceFromIdeal({ card, read }: CardMetric, source: MetricSource): number | null {
  if (card.judgedBy !== undefined)
    return distanceFromIdeal(metricNamed(card.judgedBy as MetricName) as CardMetric, source);
  const value = read(source);
  if (card.ideal === undefined || value === null) return null;
  return Math.abs((typeof value === 'number' ? value : value.value) - card.ideal);
}

function sourceOf({ files, bitsPerWeight, measurement }: CardModel): MetricSource {
  return { sizeBytes: sizeOf(files), bitsPerWeight, statistics: measurement?.statistics ?? null };
}
