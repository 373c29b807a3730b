/** Consecutive values of an entry: the index of the first, and how many there are. */
export type Run = readonly [first: number, length: number];

/** What is known of the data of one entry of an importance matrix, as llama-quantize will use them. */
export interface ImatrixEntry {
  readonly name: string;
  /** Values, of all experts. */
  readonly values: number;
  /** Counts, where it is not one for all values: llama-imatrix writes one for each expert. */
  readonly counts?: number;
  /** Values and counts that can be none: NaN, infinite, negative, and counts beyond any text. */
  readonly invalid: number;
  /** Runs of zeros that are long enough for a row of a quantized tensor. */
  readonly zeros: readonly Run[];
  /** Runs of values that stand for no data: of experts that no token of the text was sent to. */
  readonly blank: readonly Run[];
}

// The rows of a quantized tensor are multiples of the smallest block.
const shortestRow = 32;
const isZero = 1;
const isBlank = 2;

/**
 * Looks at the values of an entry as load_imatrix of tools/quantize/quantize.cpp uses them: sums by their
 * counts, which it rounds, the sums of one expert after those of another; sums that no count is for become
 * zeros. An expert
 * without data has a count of 0 in GGUF, and means of 1 in the older format, which has one count for all.
 */
export function imatrixEntry(
  name: string,
  { sums, counts, isLegacy }: { sums: Float32Array; counts: ArrayLike<number>; isLegacy: boolean },
): ImatrixEntry {
  const perCount = Math.floor(sums.length / Math.max(1, counts.length));
  const counted = perCount * counts.length;
  const kinds = new Uint8Array(sums.length);
  let invalid = 0;
  for (let at = 0; at < counts.length; at += 1) if (isNoCount(counts[at] ?? 0)) invalid += 1;
  for (let at = 0; at < sums.length; at += 1) {
    if (at >= counted) {
      kinds[at] = isZero;
      continue;
    }
    const sum = sums[at] ?? 0;
    const count = Math.round(counts[Math.floor(at / perCount)] ?? 0);
    const mean = count > 0 ? Math.fround(sum / Math.fround(count)) : sum;
    if (isLegacy ? mean === 1 : count === 0) kinds[at] = isBlank;
    else if (isNoSum(sum)) invalid += 1;
    else if (mean === 0) kinds[at] = isZero;
  }
  const values = sums.length;
  const blank = runsOf(kinds, isBlank);
  return {
    name,
    values,
    ...(counts.length === 1 ? {} : { counts: counts.length }),
    invalid,
    zeros: runsOf(kinds, isZero),
    // llama-imatrix leaves an entry without any data out of the older format.
    blank: isLegacy && isWithin(blank, 0, values) ? [] : blank,
  };
}

/** True when one run holds all of these values. */
export function isWithin(runs: readonly Run[], first: number, length: number): boolean {
  return runs.some(([start, count]) => start <= first && first + length <= start + count);
}

/** True for what the rounding to 64 bits makes another number of. */
function isNoCount(value: number): boolean {
  return isNoSum(value) || value > Number.MAX_SAFE_INTEGER;
}

function isNoSum(value: number): boolean {
  return !Number.isFinite(value) || value < 0;
}

function runsOf(kinds: Uint8Array, kind: number): Run[] {
  const runs: Run[] = [];
  let start = 0;
  for (let at = 0; at <= kinds.length; at += 1) {
    if (kinds[at] === kind) continue;
    if (at - start >= shortestRow) runs.push([start, at - start]);
    start = at + 1;
  }
  return runs;
}
