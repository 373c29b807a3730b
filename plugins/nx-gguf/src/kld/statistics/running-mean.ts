const { max, min } = Math;

/**
 * A mean over the chunks so far, as it was printed after each chunk, and how far each printed value can be
 * from the true one: half a unit of its last digit.
 */
export interface RunningMean {
  readonly values: readonly number[];
  readonly bounds: readonly number[];
}

/** A value recovered from rounded ones, and the most that rounding can have moved it. */
export interface Recovered {
  readonly value: number;
  readonly bound: number;
}

/**
 * A printed series with its decimals; the mean over everything, printed again in the end with more of them,
 * replaces the last.
 */
export function runningMean(
  values: readonly number[],
  decimals: number,
  final?: { readonly value: number; readonly decimals: number },
): RunningMean {
  const bounds = values.map(() => halfUnit(decimals));
  if (final === undefined || values.length === 0) return { values, bounds };
  return {
    values: [...values.slice(0, -1), final.value],
    bounds: [...bounds.slice(0, -1), halfUnit(final.decimals)],
  };
}

/** The series of the first minus that of the second, over the chunks that both have. */
export function differenceOf(a: RunningMean, b: RunningMean): RunningMean {
  const at = (list: readonly number[], index: number): number => list[index] ?? Number.NaN;
  const indices = Array.from({ length: min(a.values.length, b.values.length) }, (_, index) => index);
  return {
    values: indices.map((index) => at(a.values, index) - at(b.values, index)),
    bounds: indices.map((index) => at(a.bounds, index) + at(b.bounds, index)),
  };
}

/**
 * The mean over `length` chunks from chunk `start` on (0 is the first); past the end it goes on at the
 * beginning. All chunks compare the same number of tokens, so `k` times the mean after `k` chunks is a sum,
 * and the sum of a block is the difference of two of them, however long it is: its rounding error is at most
 * (end + start) half units, and that of its mean falls with its length. That of a single late chunk is too
 * large to be of use.
 */
export function blockMean({ values, bounds }: RunningMean, start: number, length: number): Recovered {
  const count = values.length;
  const end = start + length;
  let value = 0;
  let bound = 0;
  const add = (chunks: number, sign: -1 | 1): void => {
    if (chunks === 0) return;
    value += sign * chunks * (values[chunks - 1] ?? Number.NaN);
    bound += chunks * (bounds[chunks - 1] ?? Number.NaN);
  };
  add(min(end, count), 1);
  add(max(0, end - count), 1);
  add(start, -1);
  return { value: value / length, bound: bound / length };
}

function halfUnit(decimals: number): number {
  return 0.5 * 10 ** -decimals;
}
