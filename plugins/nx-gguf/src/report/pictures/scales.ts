/** The range of values with a margin on both sides. */
export function domain(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.12 || high * 0.1;
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

/** Where a value lies in a range: 0 at its beginning, 1 at its end. */
export function share(value: number, [from, to]: readonly [number, number]): number {
  return (value - from) / (to - from);
}
