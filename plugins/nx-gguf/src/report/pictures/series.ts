import type { ChartedModel } from './models.js';
import { textWidth } from './text-width.js';
import { ramp, series as palette } from './theme.js';

/** How the line of a model is drawn. */
export interface Series {
  readonly name: string;
  readonly color: string;
  readonly dash: readonly number[];
  readonly kind: ChartedModel['kind'];
}

const [solid, dashed] = [
  [1, 0],
  [5, 3],
];
/** Neighbours among many have colours that are hard to tell apart. */
const manyDashes = [solid, [9, 3], [2, 2]];

/**
 * A colour and a dash for each model. A reference has the colour of the variant it stands beside, dashed.
 * More variants than there are colours to tell apart are coloured from small to large.
 */
export function seriesOf(models: readonly ChartedModel[]): Series[] {
  const own = models.filter(({ kind }) => kind === 'variant');
  const names = own.map(({ name }) => name);
  const alone = models.filter(
    ({ kind, compareWith }) => kind === 'reference' && !names.includes(compareWith ?? ''),
  );
  const coloured = [...own, ...alone];
  const isMany = coloured.length > palette.length;
  const order = (
    isMany ? [...coloured].sort((a, b) => (a.sizeBytes ?? 0) - (b.sizeBytes ?? 0)) : coloured
  ).map(({ name }) => name);
  const colourOf = (name: string): string => {
    const place = order.indexOf(name);
    return (
      (isMany ? ramp[2 + Math.round((place / (order.length - 1)) * (ramp.length - 3))] : palette[place])
        ?.light ?? ''
    );
  };
  return models.map(({ name, kind, compareWith }) => ({
    name,
    kind,
    dash:
      kind === 'reference'
        ? dashed
        : isMany
          ? (manyDashes[order.indexOf(name) % manyDashes.length] ?? solid)
          : solid,
    color: colourOf(kind === 'reference' && names.includes(compareWith ?? '') ? (compareWith ?? '') : name),
  }));
}

/** Colour and dash of the field `model`, in one legend. */
export function seriesEncoding(series: readonly Series[]) {
  const domain = series.map(({ name }) => name);
  const legend = {
    title: null,
    columns: legendColumns(series),
    symbolType: 'stroke',
    symbolSize: 300,
    symbolOpacity: 1,
    symbolFillColor: 'transparent',
  };
  return {
    color: {
      field: 'model',
      type: 'nominal' as const,
      legend,
      scale: { domain, range: series.map(({ color }) => color) },
    },
    strokeDash: {
      field: 'model',
      type: 'nominal' as const,
      legend,
      scale: { domain, range: series.map(({ dash }) => [...dash]) },
    },
  };
}

/** As many as fit; references stand under the variants where these fit into one row. */
function legendColumns(series: readonly Series[]): number {
  const longest = Math.max(...series.map(({ name }) => textWidth(name, 12)));
  const own = series.filter(({ kind }) => kind === 'variant').length;
  return Math.max(1, Math.min(own === 0 ? series.length : own, Math.floor(700 / (longest + 50))));
}
