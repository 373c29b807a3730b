// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Count, MeasuredName } from './common.generated.js';

/**
 * Which of two models is closer to the unquantized one, chunk by chunk on the same text. Beside what llama-perplexity prints it holds figures that are computed from it; `method` says how. A sequential comparison stops when it is decided: its figures are those of a part of the text, and belong beside no others.
 */
export type Comparison = FullComparison | SequentialComparison;

/**
 * One of the two, or null while the data decide for neither.
 */
export type Side = 'a' | 'b' | null;

/**
 * A confidence, two-sided.
 */
export type Percent = number;

/**
 * A comparison of two complete measurements: a difference with error and interval for each figure that is known for single chunks. Percentiles are not.
 */
export interface FullComparison {
  /**
   * Format version of this file.
   */
  format: 1;
  mode: 'full';
  /**
   * How error, interval and confidence are computed. llama-perplexity prints none of them for a difference.
   */
  method: 'studentized circular block bootstrap over chunks';
  a: MeasuredName;
  b: MeasuredName;
  /**
   * Chunks that were compared.
   */
  chunks: Count;
  /**
   * Tokens that were compared.
   */
  tokens: Count;
  /**
   * The confidence that was asked for.
   */
  confidencePercent: Percent;
  /**
   * In the order they are shown.
   */
  metrics: ComparedMetric[];
}

/**
 * A metric that is a mean over chunks, so that two models can be compared by it chunk by chunk.
 */
export type PairedMetric = 'meanKld' | 'logPerplexityRatio' | 'sameTopPercent';

/**
 * One figure of both sides, as llama-perplexity printed it, and their difference a - b.
 */
export interface ComparedMetric {
  metric: PairedMetric;
  a: ComparedValue;
  b: ComparedValue;
  /**
   * Null below 8 chunks.
   */
  difference: BootstrappedDifference | null;
  closer: Side;
}

/**
 * A printed value with its printed error, which takes tokens as independent, and the error by the block bootstrap, which does not; null below 8 chunks.
 */
export interface ComparedValue {
  value: number;
  error: number | null;
  blockError: number | null;
}

/**
 * Bounds of a confidence interval.
 */
export interface Interval {
  low: number;
  high: number;
}

/**
 * A mean with error and interval by the block bootstrap.
 */
export interface BootstrappedDifference {
  /**
   * Mean of a - b.
   */
  mean: number;
  /**
   * Standard error. The rounding of printed digits is in it, so it is rather too large.
   */
  error: number;
  /**
   * At the confidence asked for; null where too many blocks are equal.
   */
  interval: Interval | null;
  /**
   * The largest confidence of an interval that leaves zero out; 0 when none does.
   */
  confidencePercent: Percent;
  /**
   * The most that printed digits can have moved the mean; the interval is wider by it.
   */
  roundingBound: number;
  /**
   * Chunks in a block.
   */
  blockChunks: Count;
  /**
   * Blocks in a resample.
   */
  blocks: Count;
  /**
   * Resamples that interval and confidence come from.
   */
  resamples: Count;
}

/**
 * A comparison that ended as soon as it was decided, or when its chunks were spent.
 */
export interface SequentialComparison {
  /**
   * Format version of this file.
   */
  format: 1;
  mode: 'sequential';
  /**
   * How the interval is computed: it holds at all looks together.
   */
  method: 'asymptotic confidence sequence over batches of chunks';
  a: MeasuredName;
  b: MeasuredName;
  /**
   * Chunks after which it stopped.
   */
  chunks: Count;
  /**
   * Tokens that were compared.
   */
  tokens: Count;
  /**
   * Confidence over all looks together.
   */
  confidencePercent: Percent;
  /**
   * Chunks that it might have taken.
   */
  budgetChunks: Count;
  /**
   * Chunks between two looks.
   */
  batchChunks: Count;
  /**
   * Running means when it stopped, in nats: of the chunks so far, not of the text.
   */
  meanKld: {
    a: number;
    b: number;
  };
  /**
   * Mean of a - b in nats.
   */
  difference: number;
  interval: Interval;
  closer: Side;
}
