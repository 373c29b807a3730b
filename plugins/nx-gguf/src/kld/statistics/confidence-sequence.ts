import { blockMean, type RunningMean } from './running-mean.js';

/** When a comparison may stop. */
export interface StoppingRule {
  /** Two-sided, over all looks together: 95. */
  readonly confidencePercent: number;
  /** Chunks between two looks; their mean is one observation. */
  readonly batchChunks: number;
  /** Looks before the first decision: the method is asymptotic. */
  readonly fewestBatches: number;
  /** Chunks after which it ends undecided. */
  readonly budgetChunks: number;
}

/** What is known of a difference after some chunks. */
export interface SequentialLook {
  readonly chunks: number;
  readonly batches: number;
  readonly mean: number;
  /** Holds the true mean at all looks together with the confidence of the rule. */
  readonly interval: { readonly low: number; readonly high: number };
  /** `below` and `above` zero are decisions; `budget` means that the chunks were spent without one. */
  readonly verdict: 'below' | 'above' | 'budget' | 'continue';
}

/** The rule that `compare --sequential` follows unless told otherwise. */
export const ordinaryRule: Omit<StoppingRule, 'budgetChunks'> = {
  confidencePercent: 95,
  batchChunks: 4,
  fewestBatches: 8,
};

/**
 * The look at which a running difference of means is decided, or the last one: a decision depends on the
 * chunks before it alone, whatever came after. Null before the first batch is complete.
 */
export function sequentialLook(difference: RunningMean, rule: StoppingRule): SequentialLook | null {
  const observations: number[] = [];
  const budget = Math.min(difference.values.length, rule.budgetChunks);
  let look: SequentialLook | null = null;
  for (let chunks = rule.batchChunks; chunks <= budget; chunks += rule.batchChunks) {
    observations.push(blockMean(difference, chunks - rule.batchChunks, rule.batchChunks).value);
    const isLast = chunks + rule.batchChunks > rule.budgetChunks;
    look = lookAt(observations, {
      mean: difference.values[chunks - 1] ?? Number.NaN,
      bound: difference.bounds[chunks - 1] ?? Number.NaN,
      chunks,
      isLast,
      rule,
    });
    if (look.verdict !== 'continue') return look;
  }
  return look;
}

/**
 * An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Annals of Statistics
 * 2024, theorem 2.2): after t observations the mean ± s sqrt(2 (t r² + 1) / (t² r²) ln(sqrt(t r² + 1) /
 * alpha)), valid at all t at once, so that looking after each batch costs nothing. r makes it tightest where
 * the first decision may fall, or at half the budget.
 */
function lookAt(
  observations: readonly number[],
  {
    mean,
    bound,
    chunks,
    isLast,
    rule,
  }: { mean: number; bound: number; chunks: number; isLast: boolean; rule: StoppingRule },
): SequentialLook {
  const batches = observations.length;
  const alpha = 1 - rule.confidencePercent / 100;
  const deviation = Math.sqrt(observations.reduce((sum, value) => sum + (value - mean) ** 2, 0) / batches);
  const tightest = Math.max(rule.fewestBatches, Math.floor(rule.budgetChunks / rule.batchChunks / 2));
  const square = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / tightest;
  const spread = batches * square + 1;
  const width =
    deviation * Math.sqrt(((2 * spread) / (batches ** 2 * square)) * Math.log(Math.sqrt(spread) / alpha)) +
    bound;
  const interval = { low: mean - width, high: mean + width };
  const decided =
    batches < rule.fewestBatches ? null : interval.high < 0 ? 'below' : interval.low > 0 ? 'above' : null;
  return { chunks, batches, mean, interval, verdict: decided ?? (isLast ? 'budget' : 'continue') };
}
