/** The range of values with a margin on both sides. */
export function domain(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.12 || Math.abs(high) * 0.1 || 0.001;
  return [low - margin, high + margin];
}

/** The same for a logarithmic scale. */
export function logDomain(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max((high / low) ** 0.08, 1.15);
  return [low / margin, high * margin];
}

const fewestTicks = 4;
const mostTicks = 9;
const tickSteps = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]];

/** Round values within a logarithmic range, enough to read it by and few enough to be labelled all. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, index) => Math.floor(Math.log10(low)) + index,
  );
  const ticks = (steps: readonly number[]): number[] =>
    decades
      .flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)))
      .filter((value) => value >= low && value <= high);
  const choices = tickSteps.map(ticks).filter(({ length }) => length <= mostTicks);
  return choices.find(({ length }) => length >= fewestTicks) ?? evenTicks([low, high]);
}

/** In a range that is too narrow for steps of a logarithm, even steps are round too. */
function evenTicks([low, high]: readonly [number, number]): number[] {
  const power = Math.floor(Math.log10((high - low) / fewestTicks));
  const [step = 1] = [5, 2, 1]
    .map((digit) => digit * 10 ** power)
    .filter((wide) => (high - low) / wide >= fewestTicks);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(6)),
  );
}

/** A logarithmic axis over a range, with its ticks. */
export function logAxis(range: readonly [number, number]) {
  return {
    scale: { type: 'log' as const, domain: [...range], nice: false },
    axis: { values: logTicks(range), format: '~g' },
  };
}

/** A vertical scale for values most of which are above zero. */
export interface DivergenceScale {
  /** Where a value is drawn, in the numbers of the scale. */
  readonly place: (value: number) => number;
  /** How far up a value is drawn: 0 at the bottom, 1 at the top. */
  readonly share: (value: number) => number;
  /** What the title of the axis says of the scale. */
  readonly note: string;
  readonly encoding: { scale: object; axis: object };
}

/**
 * A logarithmic scale on which 0 has a place too, below all other values and with a label of its own; so has
 * what rounding made negative. Without any value above zero the scale is linear.
 */
export function divergenceScale(values: readonly number[]): DivergenceScale {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return linearScale(values);
  const range = logDomain(positive);
  const hasZero = positive.length < values.length;
  const [low, high] = range;
  const lane = low / Math.max((high / low) ** 0.06, 1.1);
  const bottom = hasZero ? lane / Math.max((high / low) ** 0.04, 1.06) : low;
  const place = (value: number): number => (value > 0 ? value : lane);
  const zero = values.some((value) => value < 0) ? '≤ 0' : '0';
  return {
    place,
    share: (value) => share(Math.log(place(value)), [Math.log(bottom), Math.log(high)]),
    note: hasZero ? `log scale, ${zero} at the bottom` : 'log scale',
    encoding: {
      scale: { type: 'log', domain: [bottom, high], nice: false },
      axis: hasZero
        ? {
            values: [lane, ...logTicks(range)],
            labelExpr: `datum.value < ${low} ? '${zero}' : format(datum.value, '~g')`,
          }
        : { values: logTicks(range), format: '~g' },
    },
  };
}

function linearScale(values: readonly number[]): DivergenceScale {
  const range = domain(values);
  return {
    place: (value) => value,
    share: (value) => share(value, range),
    note: 'linear scale',
    encoding: { scale: { domain: range, nice: false, zero: false }, axis: { tickCount: 5, format: '~g' } },
  };
}

/** Where a value lies in a range: 0 at its beginning, 1 at its end. */
export function share(value: number, [from, to]: readonly [number, number]): number {
  return (value - from) / (to - from);
}
