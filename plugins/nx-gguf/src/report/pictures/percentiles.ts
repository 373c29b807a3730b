import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { Distribution } from '../../core/generated/kld.generated.js';
import { chartedModels, measuredOn, type ChartedModel } from './models.js';
import { logAxis, logDomain } from './scales.js';
import { seriesEncoding, seriesOf } from './series.js';
import { heading, type Spec } from './theme.js';

const shown: readonly { key: Exclude<keyof Distribution, 'mean'>; label: string }[] = [
  { key: 'median', label: 'median' },
  { key: 'percentile90', label: '90 %' },
  { key: 'percentile95', label: '95 %' },
  { key: 'percentile99', label: '99 %' },
  { key: 'percentile99_9', label: '99.9 %' },
  { key: 'maximum', label: 'maximum' },
];

/** Upper percentiles of KL divergence, one line for each model; null when nothing was measured. */
export function percentilesSpec(evidence: Evidence): Spec | null {
  const models = chartedModels(evidence).filter(({ measurement }) => measurement !== null);
  const values = models.flatMap(percentileRows);
  if (values.length === 0) return null;
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
    field: 'kld',
    type: 'quantitative' as const,
    title: 'KL divergence, nats (log scale)',
    ...logAxis(logDomain(values.map(({ kld }) => kld))),
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

/** The percentiles of a model that are above zero, which a logarithm needs. */
export function percentileRows({
  name,
  measurement,
}: ChartedModel): { model: string; percentile: string; kld: number }[] {
  return shown.flatMap(({ key, label }) => {
    const kld = measurement?.statistics.kldNats[key] ?? 0;
    return kld > 0 ? [{ model: name, percentile: label, kld }] : [];
  });
}
