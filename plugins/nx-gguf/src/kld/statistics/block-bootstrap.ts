import type { Sha256 } from '../../core/digest.js';
import { seededRandom } from '../../core/seeded-random.js';
import { blockMean, type RunningMean } from './running-mean.js';

const { floor, sqrt, abs, sign, max, min, round, cbrt } = Math;

/** How a bootstrap is done. */
export interface BootstrapOptions {
  /** Decides the random numbers, by its first 32 bits. */
  readonly key: Sha256;
  /** Of the interval, two-sided: 95. */
  readonly confidencePercent: number;
  /** One less than a round number, so that the quantiles are exact. */
  readonly resamples?: number;
}

/** What the blocks of a series tell about its mean. */
export interface BootstrappedMean {
  readonly mean: number;
  /**
   * Standard error of the mean; with the dependence inside blocks, and with the noise of printed digits, so
   * rather too large.
   */
  readonly error: number;
  /** Null where the blocks do not allow one, because too many are equal. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** The largest confidence of an interval that leaves zero out, in percent; 0 when none does. */
  readonly confidencePercent: number;
  /** The most that printed digits can have moved the mean; the interval is wider by it. */
  readonly roundingBound: number;
  readonly blockChunks: number;
  readonly blocks: number;
  readonly resamples: number;
}

const fewestBlocks = 8;
const wishedBlocks = 16;
const roundingShare = 0.1;

/**
 * Error and confidence interval of the mean of a series of dependent chunks, by the block bootstrap (Künsch
 * 1989) with circular blocks (Politis and Romano 1992), studentized (Götze and Künsch 1996). Null below 8
 * chunks. Blocks have one length, and not the random ones of the stationary bootstrap (Politis and Romano
 * 1994): a short block is lost in the rounding of printed means. Random numbers depend on the key alone.
 */
export function bootstrapMean(
  series: RunningMean,
  { key, confidencePercent, resamples = 9_999 }: BootstrapOptions,
): BootstrappedMean | null {
  const known = blocksOf(series);
  if (known === null) return null;
  const { mean, error, means, blocks, blockChunks } = known;
  const roundingBound = series.bounds.at(-1) ?? Number.NaN;
  const shared = { mean, error, roundingBound, blockChunks, blocks, resamples };
  if (error === 0)
    return {
      ...shared,
      interval: { low: mean - roundingBound, high: mean + roundingBound },
      confidencePercent: abs(mean) > roundingBound ? 100 : 0,
    };

  const ratios = studentizedMeans(means, { mean, blocks, key, resamples });
  const tail = max(1, floor(((1 - confidencePercent / 100) / 2) * (resamples + 1)));
  const low = mean - (ratios[resamples - tail] ?? Number.NaN) * error - roundingBound;
  const high = mean - (ratios[tail - 1] ?? Number.NaN) * error + roundingBound;
  return {
    ...shared,
    interval: Number.isFinite(low) && Number.isFinite(high) ? { low, high } : null,
    confidencePercent: confidence(ratios, { mean, error, roundingBound }),
  };
}

/**
 * Standard error of the mean of a series of dependent chunks, by circular blocks; null below 8 chunks. It draws
 * nothing.
 */
export function blockError(series: RunningMean): number | null {
  return blocksOf(series)?.error ?? null;
}

/** The blocks of a series, their means, and what they tell about its own; null below 8 chunks. */
function blocksOf(
  series: RunningMean,
): { mean: number; error: number; means: number[]; blocks: number; blockChunks: number } | null {
  const count = series.values.length;
  if (count < fewestBlocks) return null;
  const blockChunks = blockLength(series);
  const means = blockMeans(series, blockChunks);
  const blocks = floor(count / blockChunks);
  const mean = series.values.at(-1) ?? Number.NaN;
  // Of circular blocks the mean is that of the series.
  const error = sqrt(
    (variance(means, mean) / blocks) * (blocks / (blocks - 1)) * ((blocks * blockChunks) / count),
  );
  return { mean, error, means, blocks, blockChunks };
}

/**
 * Chunks in a block: the cube root of their number, and more while the noise of rounding is a tenth of what
 * varies between blocks, as long as enough blocks are left.
 */
function blockLength(series: RunningMean): number {
  const count = series.values.length;
  const most = max(1, floor(count / wishedBlocks));
  let length = max(1, min(round(cbrt(count)), floor(count / fewestBlocks)));
  while (
    length < most &&
    roundingVariance(series, length) >
      roundingShare * variance(blockMeans(series, length), series.values.at(-1) ?? 0)
  )
    length += 1;
  return length;
}

/** Of the blocks that begin with each chunk. */
function blockMeans(series: RunningMean, length: number): number[] {
  return series.values.map((_, start) => blockMean(series, start, length).value);
}

/**
 * Variance of block means by rounding alone, were it uniform and independent in each printed value: a third
 * of the bound's square each.
 */
function roundingVariance({ values, bounds }: RunningMean, length: number): number {
  const count = values.length;
  const squares = bounds.map((bound, index) => ((index + 1) * bound) ** 2 / 3);
  const total = squares.reduce((sum, square) => sum + square, 0);
  return (2 * total) / (count * length ** 2);
}

function variance(values: readonly number[], mean: number): number {
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** (mean of a resample - mean) / standard error of that resample, sorted. */
function studentizedMeans(
  means: readonly number[],
  { mean, blocks, key, resamples }: { mean: number; blocks: number; key: Sha256; resamples: number },
): Float64Array {
  const random = seededRandom(Number.parseInt(key.slice(0, 8), 16));
  const drawn = new Float64Array(blocks);
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let block = 0; block < blocks; block += 1) {
      const value = means[floor(random() * means.length)] ?? Number.NaN;
      drawn[block] = value;
      sum += value;
    }
    const centre = sum / blocks;
    let squares = 0;
    for (const value of drawn) squares += (value - centre) ** 2;
    const error = sqrt(squares / (blocks - 1) / blocks);
    if (error > 0) return (centre - mean) / error;
    return centre === mean ? 0 : sign(centre - mean) * Infinity;
  }).sort();
}

/**
 * By the same quantiles as the interval: one that leaves zero out at 95 % has a confidence of at least 95 %.
 */
function confidence(
  ratios: Float64Array,
  { mean, error, roundingBound }: { mean: number; error: number; roundingBound: number },
): number {
  const distance = abs(mean) - roundingBound;
  if (distance <= 0) return 0;
  const observed = (sign(mean) * distance) / error;
  const beyond = ratios.reduce(
    (sum, ratio) => sum + Number(mean < 0 ? ratio <= observed : ratio >= observed),
    0,
  );
  return max(0, 100 * (1 - (2 * (beyond + 1)) / (ratios.length + 1)));
}
