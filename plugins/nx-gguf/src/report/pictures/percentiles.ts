import type { Evidence } from '../../core/generated/evidence.generated.js';
import { metrics } from '../../kld/metrics/registry.js';
import { chartedModels, measuredOn, type ChartedModel } from './models.js';
import { divergenceScale } from './scales.js';
import { seriesEncoding, seriesOf } from './series.js';
import { heading, type Spec } from './theme.js';

/** From the middle of the spread upwards, which is the other way round than the tool prints them. */
const shown = metrics
  .flatMap(({ percentile, read }) => (percentile === undefined ? [] : [{ label: percentile, read }]))
  .reverse();

/** Upper percentiles of KL divergence, one line for each model; null when nothing was measured. */
export function percentilesSpec(evidence: Evidence): Spec | null {
  const models = chartedModels(evidence).filter(({ measurement }) => measurement !== null);
  const rows = models.flatMap(percentileRows);
  if (rows.length === 0) return null;
  const scale = divergenceScale(rows.map(({ kld }) => kld));
  const values = rows.map((row) => ({ ...row, drawn: scale.place(row.kld) }));
  const encoding = seriesEncoding(seriesOf(models));
  const x = {
    field: 'percentile',
    type: 'ordinal' as const,
    title: 'Tokens at or below the value',
    sort: shown.map(({ label }) => label),
    scale: { padding: 0.2 },
    axis: { labelAngle: 0, grid: true },
  };
  const y = {
    field: 'drawn',
    type: 'quantitative' as const,
    title: `KL divergence, nats (${scale.note})`,
    ...scale.encoding,
  };
  return {
    width: 680,
    height: 340,
    title: heading(
      'How the divergence is spread over tokens: lower is better',
      'The maximum is that of one token and differs most between texts.',
      measuredOn(evidence),
    ),
    data: { values },
    layer: [
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, ...encoding } },
      {
        mark: { type: 'point', filled: true, size: 45, opacity: 1 },
        encoding: { x, y, color: encoding.color },
      },
    ],
  };
}

/** The percentiles of a model. */
export function percentileRows({
  name,
  measurement,
}: ChartedModel): { model: string; percentile: string; kld: number }[] {
  const source = { sizeBytes: null, bitsPerWeight: null, statistics: measurement?.statistics ?? null };
  return shown.flatMap(({ label, read }) => {
    const kld = read(source);
    return typeof kld === 'number' ? [{ model: name, percentile: label, kld }] : [];
  });
}
