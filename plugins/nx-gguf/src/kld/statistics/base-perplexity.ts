import type { Estimate, KldStatistics, PerplexityStatistics } from '../../core/generated/kld.generated.js';
import type { PrintedStatistics } from '../metrics/stored-statistics.js';

/** Half a unit of the last decimal with which a base pass prints its perplexity. */
const halfUnit = 0.000_05;

/**
 * The statistics of a variant with the perplexity that the base pass itself printed. llama-perplexity
 * recomputes that of the base from logits which it keeps with a floor of 16 nats below the largest (log_softmax
 * of tools/perplexity/perplexity.cpp), which is too low for a flat model, and makes a copy of the base look
 * worse than the base. Where both are the same in all decimals that the base pass prints, the ratio is taken
 * from the recomputed one, which has more of them.
 */
export function withBasePerplexity(statistics: PrintedStatistics, base: Estimate): KldStatistics {
  const { perplexity } = statistics;
  const { variant, recomputedBase, recomputedLogRatio, recomputedDifference } = perplexity;
  const isSame = Math.abs(recomputedBase.value - base.value) <= halfUnit;
  const of = isSame ? recomputedBase.value : base.value;
  const ratio = variant.value / of;
  // The error of the logarithm counts what both models have in common; a floor hardly changes that.
  const { error } = recomputedLogRatio;
  return {
    ...statistics,
    perplexity: {
      ...perplexity,
      base,
      logRatio: { value: rounded(Math.log(ratio)), error },
      ratio: { value: rounded(ratio), error: error === null ? null : rounded(ratio * error) },
      difference: { value: rounded(variant.value - of), error: recomputedDifference.error },
    },
  };
}

/**
 * True when llama-perplexity's own ratio is further from the true one than its error, and than rounding: then
 * it says more about the kept logits than about the variant.
 */
export function isRatioMisleading({ ratio, recomputedRatio, base }: PerplexityStatistics): boolean {
  const error = Math.max(ratio.error ?? 0, recomputedRatio.error ?? 0);
  const rounding = (ratio.value * halfUnit) / base.value + 0.000_001;
  return Math.abs(ratio.value - recomputedRatio.value) > error + rounding;
}

/** What to say of a ratio that misleads; null when it does not. */
export function misleadingRatioText(perplexity: PerplexityStatistics): string | null {
  if (!isRatioMisleading(perplexity)) return null;
  const { ratio, recomputedRatio, base, recomputedBase } = perplexity;
  return `llama-perplexity prints a perplexity ratio of ${recomputedRatio.value.toFixed(6)}, which is ${ratio.value.toFixed(6)}: it recomputes the unquantized model's perplexity from logits kept with a floor of 16 nats, as ${recomputedBase.value.toFixed(4)} instead of ${base.value.toFixed(4)}`;
}

/** With the decimals that the tool prints; never the negative zero that JSON does not keep. */
function rounded(value: number): number {
  return Number(value.toFixed(6)) + 0;
}
