/** Statistics of the importance data of one tensor: mean squares of what its columns are multiplied with. */
export interface ColumnStatistics {
  readonly columns: number;
  readonly mean: number;
  readonly maximum: number;
  readonly zeroColumns: number;
  /** Share of the sum that the largest hundredth of the columns holds, at least one. */
  readonly topShare: number;
}

/**
 * Statistics of sums of squares (`in_sum2`), the columns of one expert after those of another, divided by how
 * often each expert was used, in single precision and by whole numbers as llama-quantize divides them. An expert
 * that was never used has columns of zero. The sums are overwritten.
 */
export function columnStatistics(sums: Float32Array, counts: ArrayLike<number>): ColumnStatistics {
  const perExpert = sums.length / Math.max(1, counts.length);
  let total = 0;
  let zeroColumns = 0;
  for (let column = 0; column < sums.length; column += 1) {
    const count = Math.round(counts[Math.floor(column / perExpert)] ?? 0);
    const value = count > 0 ? Math.fround((sums[column] ?? 0) / count) : 0;
    sums[column] = Number.isFinite(value) && value > 0 ? value : 0;
    total += sums[column] ?? 0;
    if (sums[column] === 0) zeroColumns += 1;
  }
  sums.sort();
  const top = Math.max(1, Math.floor(sums.length / 100));
  let largest = 0;
  for (let index = Math.max(0, sums.length - top); index < sums.length; index += 1)
    largest += sums[index] ?? 0;
  return {
    columns: sums.length,
    zeroColumns,
    mean: rounded(sums.length === 0 ? 0 : total / sums.length),
    maximum: rounded(sums.at(-1) ?? 0),
    topShare: rounded(total === 0 ? 0 : largest / total),
  };
}

/** The data are of single precision: more digits than that has mean nothing. */
function rounded(value: number): number {
  return Number(value.toPrecision(7));
}
