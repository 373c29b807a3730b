// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { MeasuredFile, Sha256 } from './common.generated.js';

/**
 * What llama-perplexity printed about one variant against the unquantized model, and what it was measured on. Equal measurements have equal bytes.
 */
export interface KldResult {
  /**
   * This schema, for editors.
   */
  $schema?: string;
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * Where the figures come from: all of this file are as llama-perplexity printed them, with the decimals that it prints, but for `logRatio`, `ratio` and `difference` of the perplexity, which are computed from `variant` and `base`.
   */
  method: 'llama-perplexity';
  subject: KldSubject;
  statistics: KldStatistics;
  running: RunningValues;
}

/**
 * What the figures belong to: the model, the unquantized model, the text, the settings and the digest of the tools' identity. Two results can be compared when all but `variant` is equal.
 */
export interface KldSubject {
  /**
   * The model that was measured, or its shards.
   *
   * @maxItems 100000
   */
  variant: MeasuredFile[];
  /**
   * The unquantized model it was compared with, or its shards.
   *
   * @maxItems 100000
   */
  base: MeasuredFile[];
  corpus: MeasuredFile;
  parameters: KldParameters;
  toolchain: Sha256;
}

/**
 * What the tool was told that can change a digit.
 */
export interface KldParameters {
  /**
   * Tokens in a chunk.
   */
  ctx: number;
  /**
   * Chunks asked for; -1 for all of the text.
   */
  chunks: number;
  /**
   * Logical batch size in tokens.
   */
  batch: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch: number;
  [k: string]: string | number | boolean;
}

/**
 * A value with its standard error.
 */
export interface Estimate {
  /**
   * The estimate.
   */
  value: number;
  /**
   * Its standard error; null where the tool could not compute one.
   */
  error: number | null;
}

/**
 * How a quantity is spread over the compared tokens. The error of the mean is that of independent tokens.
 */
export interface Distribution {
  mean: Estimate;
  /**
   * KL divergence of the worst token, in nats.
   */
  maximum: number;
  /**
   * KL divergence that 99.9 % of the tokens are at or below, in nats.
   */
  percentile99_9: number;
  /**
   * KL divergence that 99 % of the tokens are at or below, in nats.
   */
  percentile99: number;
  /**
   * KL divergence that 95 % of the tokens are at or below, in nats.
   */
  percentile95: number;
  /**
   * KL divergence that 90 % of the tokens are at or below, in nats.
   */
  percentile90: number;
  /**
   * KL divergence that half of the tokens are at or below, in nats.
   */
  median: number;
  /**
   * KL divergence that 10 % of the tokens are at or below, in nats.
   */
  percentile10: number;
  /**
   * KL divergence that 5 % of the tokens are at or below, in nats.
   */
  percentile5: number;
  /**
   * KL divergence that 1 % of the tokens are at or below, in nats.
   */
  percentile1: number;
  /**
   * KL divergence that 0.1 % of the tokens are at or below, in nats.
   */
  percentile0_1: number;
  /**
   * KL divergence of the closest token, in nats.
   */
  minimum: number;
}

/**
 * The same with quartiles and root mean square.
 */
export interface DetailedDistribution {
  mean: Estimate;
  /**
   * Largest change of the right token's probability, in percentage points.
   */
  maximum: number;
  /**
   * Change of the right token's probability that 99.9 % of the tokens are at or below, in percentage points.
   */
  percentile99_9: number;
  /**
   * Change of the right token's probability that 99 % of the tokens are at or below, in percentage points.
   */
  percentile99: number;
  /**
   * Change of the right token's probability that 95 % of the tokens are at or below, in percentage points.
   */
  percentile95: number;
  /**
   * Change of the right token's probability that 90 % of the tokens are at or below, in percentage points.
   */
  percentile90: number;
  /**
   * Change of the right token's probability that 75 % of the tokens are at or below, in percentage points.
   */
  percentile75: number;
  /**
   * Change of the right token's probability that half of the tokens are at or below, in percentage points.
   */
  median: number;
  /**
   * Change of the right token's probability that 25 % of the tokens are at or below, in percentage points.
   */
  percentile25: number;
  /**
   * Change of the right token's probability that 10 % of the tokens are at or below, in percentage points.
   */
  percentile10: number;
  /**
   * Change of the right token's probability that 5 % of the tokens are at or below, in percentage points.
   */
  percentile5: number;
  /**
   * Change of the right token's probability that 1 % of the tokens are at or below, in percentage points.
   */
  percentile1: number;
  /**
   * Change of the right token's probability that 0.1 % of the tokens are at or below, in percentage points.
   */
  percentile0_1: number;
  /**
   * Smallest change of the right token's probability, in percentage points.
   */
  minimum: number;
  rms: Estimate;
}

/**
 * Perplexity of variant and base over the compared tokens: the logarithm of their ratio, their ratio and their difference are variant to base. `base` is what the base pass itself printed in the end. llama-perplexity prints another one when it compares, which it recomputes from logits that it keeps in 16 bits with a floor of 16 nats below the largest; that one, and what llama-perplexity computes from it, is called `recomputed…`.
 */
export interface PerplexityStatistics {
  variant: Estimate;
  base: Estimate;
  recomputedBase: Estimate;
  /**
   * Correlation of the logarithms of both perplexities, that of the unquantized model recomputed from logits kept in 16 bits with a floor of 16 nats, in percent.
   */
  correlationPercent: number;
  logRatio: Estimate;
  recomputedLogRatio: Estimate;
  ratio: Estimate;
  recomputedRatio: Estimate;
  difference: Estimate;
  recomputedDifference: Estimate;
}

/**
 * Everything llama-perplexity prints about a variant in the end (follows kl_divergence of tools/perplexity/perplexity.cpp). `kldNats` is the KL divergence of the variant's token probabilities from the base's, `deltaProbabilityPercent` the change of the probability of the right token from base to variant in percentage points, `sameTopPercent` the share of tokens for which both put the same token first.
 */
export interface KldStatistics {
  /**
   * Chunks of text that were compared.
   */
  chunks: number;
  /**
   * Tokens in a chunk.
   */
  ctx: number;
  /**
   * Tokens that were compared: of each chunk the second half without the last one.
   */
  tokens: number;
  perplexity: PerplexityStatistics;
  kldNats: Distribution;
  deltaProbabilityPercent: DetailedDistribution;
  sameTopPercent: Estimate;
}

/**
 * One number for each chunk, in order.
 */
export interface RunningSeries {
  /**
   * The value after each chunk.
   *
   * @maxItems 10000000
   */
  values: number[];
  /**
   * Its standard error; null where the tool could not compute one.
   *
   * @maxItems 10000000
   */
  errors: (number | null)[];
}

/**
 * What the tool printed after each chunk, over all chunks so far, with few decimals: four of the variant's perplexity, five of the logarithm of the recomputed ratio and of the mean KL divergence, three of the root mean square of Δp and of the share of tokens with the same first token.
 */
export interface RunningValues {
  perplexity: RunningSeries;
  recomputedLogRatio: RunningSeries;
  kldNats: RunningSeries;
  deltaProbabilityRmsPercent: RunningSeries;
  sameTopPercent: RunningSeries;
}
