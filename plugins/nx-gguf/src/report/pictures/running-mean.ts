import type { Evidence } from '../../core/generated/evidence.generated.js';
import { chartedModels, type ChartedModel } from './models.js';
import { domain, logAxis, logDomain } from './scales.js';
import { seriesEncoding, seriesOf } from './series.js';
import { heading, type Spec } from './theme.js';

const mostPoints = 200;

/**
 * The mean KL divergence after each chunk, with its standard error as a band; null when no running values
 * were kept.
 */
export function runningMeanSpec(evidence: Evidence): Spec | null {
  const models = chartedModels(evidence).filter(
    ({ measurement }) => (measurement?.running?.kldNats.values.length ?? 0) > 1,
  );
  const values = models.flatMap(runningRows);
  if (values.length === 0) return null;
  const encoding = seriesEncoding(seriesOf(models));
  const means = values.map(({ kld }) => kld);
  const isLog = Math.min(...values.map(({ low }) => low)) > 0 && Math.max(...means) / Math.min(...means) > 4;
  const ends = values.flatMap(({ low, high }) => [low, high]);
  const scale = isLog
    ? logAxis(logDomain(ends))
    : { scale: { domain: domain(ends), zero: false, nice: false }, axis: { tickCount: 6, format: '.2~g' } };
  const x = {
    field: 'chunk',
    type: 'quantitative' as const,
    title: 'Chunks of text read',
    scale: { nice: false },
    axis: { tickMinStep: 1, tickCount: 10, grid: false },
  };
  const y = {
    field: 'kld',
    type: 'quantitative' as const,
    title: `Mean KL divergence so far, nats${isLog ? ' (log scale)' : ''}`,
    ...scale,
  };
  return {
    width: 680,
    height: 320,
    title: heading(
      'Mean KL divergence as more text is read: lower is better',
      'Bands: ± standard error, as if tokens were independent. A line that is not yet flat needs more text.',
    ),
    data: { values },
    layer: [
      {
        mark: { type: 'area', fillOpacity: 0.2, line: false },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color: encoding.color },
      },
      { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y, ...encoding } },
    ],
  };
}

/**
 * The running mean of a model, at no more points than can be told apart; the first and the last are always
 * there.
 */
export function runningRows({
  name,
  measurement,
}: ChartedModel): { model: string; chunk: number; kld: number; low: number; high: number }[] {
  const series = measurement?.running?.kldNats;
  if (series === undefined) return [];
  const step = Math.max(1, Math.ceil(series.values.length / mostPoints));
  return series.values.flatMap((kld, index) => {
    const error = series.errors[index] ?? 0;
    return index % step === 0 || index === series.values.length - 1
      ? [{ model: name, chunk: index + 1, kld, low: kld - error, high: kld + error }]
      : [];
  });
}
