import type { Evidence } from '../../core/generated/evidence.generated.js';
import { placeLabels, type Box } from './labels.js';
import { chartedModels, measuredOn, sizeUnit } from './models.js';
import { divergenceScale, domain, share } from './scales.js';
import { shortened } from './text-width.js';
import { heading, ink, type Spec } from './theme.js';

/** A model in the plane of size and mean KL divergence. */
export interface SizedModel {
  readonly name: string;
  readonly kind: 'variant' | 'reference';
  readonly sizeBytes: number;
  readonly kld: number;
  readonly error: number | null;
}

const area = { width: 680, height: 360 };
const widestLabel = 200;
const kinds = { variant: 'this repository', reference: 'reference' } as const;

/** Mean KL divergence against size, with the Pareto front; null when there are no two to compare. */
export function sizeKldSpec(evidence: Evidence): Spec | null {
  const models = sizedModels(evidence);
  if (models.length < 2) return null;
  const { unit, bytes } = sizeUnit(Math.max(...models.map(({ sizeBytes }) => sizeBytes)));
  const ranges = models.map(({ name, kind, sizeBytes, kld, error }) => ({
    name,
    kind: kinds[kind],
    size: sizeBytes / bytes,
    kld,
    // A bar of a value above zero does not reach the place of zero; that of zero does not stretch the scale.
    low: kld > 0 ? Math.max(kld - (error ?? 0), kld / 100) : kld,
    high: kld > 0 ? kld + (error ?? 0) : kld,
  }));
  const widths = domain(ranges.map(({ size }) => size));
  const scale = divergenceScale(ranges.flatMap(({ low, high }) => [low, high]));
  const rows = ranges.map(({ low, high, ...row }) => ({
    ...row,
    drawn: scale.place(row.kld),
    low: scale.place(low),
    high: scale.place(high),
  }));
  const at = ({ size, kld }: { size: number; kld: number }) => ({
    x: area.width * share(size, widths),
    y: area.height * (1 - scale.share(kld)),
  });
  const front = paretoFront(models).map(({ sizeBytes, kld }) => ({
    size: sizeBytes / bytes,
    kld,
    drawn: scale.place(kld),
  }));
  const texts = rows.map(({ name }) => shortened(name, widestLabel, 12));
  const labels = placeLabels(
    rows.map((row, index) => ({ ...at(row), text: texts[index] ?? '' })),
    { ...area, obstacles: steps(front.map(at)) },
  );
  const x = {
    field: 'size',
    type: 'quantitative' as const,
    title: `Size, ${unit}`,
    scale: { domain: widths, nice: false, zero: false },
    axis: { tickCount: 6, grid: true },
  };
  const y = {
    field: 'drawn',
    type: 'quantitative' as const,
    title: `Mean KL divergence, nats (${scale.note})`,
    ...scale.encoding,
  };
  const shown = Object.values(kinds).filter((name) => rows.some((row) => row.kind === name));
  const kind = {
    field: 'kind',
    type: 'nominal' as const,
    title: null,
    scale: { domain: shown },
    ...(shown.length > 1 ? {} : { legend: null }),
  };
  return {
    ...area,
    title: heading(
      'Mean KL divergence against size: lower left is better',
      'Dashed: the Pareto front, the models that no other one beats in both. Bars: ± standard error.',
      measuredOn(evidence),
    ),
    layer: [
      {
        data: { values: front },
        mark: {
          type: 'line',
          interpolate: 'step-after',
          color: ink.line.light,
          strokeDash: [5, 4],
          strokeWidth: 1.5,
        },
        encoding: { x, y, order: { field: 'size' } },
      },
      {
        data: { values: rows },
        mark: { type: 'rule', strokeWidth: 1.5 },
        encoding: {
          x,
          y: { ...y, field: 'low' },
          y2: { field: 'high' },
          color: { ...kind, scale: { ...kind.scale, range: [ink.ours.light, ink.others.light] } },
        },
      },
      {
        data: { values: rows },
        mark: { type: 'point', filled: true, size: 90, opacity: 1 },
        encoding: {
          x,
          y,
          shape: { ...kind, scale: { ...kind.scale, range: ['circle', 'diamond'] } },
          color: { ...kind, scale: { ...kind.scale, range: [ink.ours.light, ink.others.light] } },
        },
      },
      ...rows.flatMap((_, index): Extract<Spec, { layer: unknown }>['layer'] => {
        const label = labels[index];
        return label == null
          ? []
          : [
              {
                data: { values: [{ text: texts[index] }] },
                mark: { type: 'text', x: label.x, y: label.y, align: label.align, baseline: 'middle' },
                encoding: { text: { field: 'text' } },
              },
            ];
      }),
    ],
  };
}

/** The models that have a size and a divergence. */
export function sizedModels(evidence: Evidence): SizedModel[] {
  return chartedModels(evidence).flatMap(({ name, kind, sizeBytes, measurement }) => {
    const mean = measurement?.statistics.kldNats.mean;
    return sizeBytes === null || mean === undefined
      ? []
      : [{ name, kind, sizeBytes, kld: mean.value, error: mean.error }];
  });
}

/**
 * The models for which no other is at most as large and at most as far, and better in one; from small to
 * large. Of equal ones all are.
 */
export function paretoFront<T extends Pick<SizedModel, 'sizeBytes' | 'kld'>>(models: readonly T[]): T[] {
  const front: T[] = [];
  for (const model of [...models].sort((a, b) => a.sizeBytes - b.sizeBytes || a.kld - b.kld)) {
    const last = front.at(-1);
    const isEqual = last?.sizeBytes === model.sizeBytes && last.kld === model.kld;
    if (last === undefined || model.kld < last.kld || isEqual) front.push(model);
  }
  return front;
}

/** The corners of the front's line as thin rectangles. */
function steps(points: readonly { x: number; y: number }[]): Box[] {
  return points.slice(1).flatMap((to, index) => {
    const from = points[index] ?? to;
    return [
      { x: from.x, y: from.y - 2, width: to.x - from.x, height: 4 },
      { x: to.x - 2, y: from.y, width: 4, height: to.y - from.y },
    ];
  });
}
