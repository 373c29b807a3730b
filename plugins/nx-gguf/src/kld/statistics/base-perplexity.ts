import type {
  Estimate,
  KldStatistics,
  PerplexityStatistics,
  RunningValues,
} from '../../core/generated/kld.generated.js';
import type { PrintedStatistics } from '../metrics/stored-statistics.js';
import { blockError } from './block-bootstrap.js';
import { differenceOf, type RunningMean } from './running-mean.js';

/** Half a unit of the last decimal with which a base pass prints its perplexity. */
const halfUnit = 0.000_05;

/** What a base pass printed of the perplexity of the unquantized model. */
export interface BasePerplexity {
  /** Over all chunks, with its error. */
  readonly final: Estimate;
  /** Over the chunks so far, after each chunk. */
  readonly running: readonly number[];
}

/** The part of an error that a floor may have moved it by, at most, for the tool's own to be used. */
const harmlessShare = 0.05;

/**
 * The statistics of a variant with the perplexity that the base pass itself printed. llama-perplexity
 * recomputes that of the base from logits which it keeps with a floor of 16 nats below the largest (log_softmax
 * of tools/perplexity/perplexity.cpp), which is too low for a flat model, and makes a copy of the base look
 * worse than the base. Where both are the same in all decimals that the base pass prints, the ratio is taken
 * from the recomputed one, which has more of them.
 */
export function withBasePerplexity(
  statistics: PrintedStatistics,
  running: Pick<RunningValues, 'perplexity'>,
  base: BasePerplexity,
): KldStatistics {
  const { perplexity } = statistics;
  const { variant, recomputedBase } = perplexity;
  const isSame = Math.abs(recomputedBase.value - base.final.value) <= halfUnit;
  const isOfCopy = isCopy(running.perplexity.values, base);
  const of = isOfCopy ? variant.value : isSame ? recomputedBase.value : base.final.value;
  const ratio = variant.value / of;
  const errors = ratioErrors(perplexity, running.perplexity.values, base);
  const { logRatio: error } = errors;
  return {
    ...statistics,
    perplexity: {
      ...perplexity,
      base: base.final,
      logRatio: { value: rounded(Math.log(ratio)), error: roundedError(error) },
      ratio: { value: rounded(ratio), error: error === null ? null : rounded(ratio * error) },
      difference: { value: rounded(variant.value - of), error: roundedError(errors.difference) },
    },
  };
}

/**
 * The errors of the logarithm of the ratio, and of the difference; null where they are not known.
 *
 * Those of the tool count what both models have in common, token by token, but with the floor. What the floor
 * takes from a token is never negative, and its mean is ln(PPL / recomputed PPL): then its standard error is at
 * most that mean, which it has when all of it is one token's, and so moves the error by no more. Where that can
 * matter, the errors come from chunks, as both passes print the perplexity after each: from means of blocks of
 * them, with all that both models have in common.
 */
function ratioErrors(
  { variant, recomputedBase, recomputedLogRatio, recomputedDifference }: PrintedStatistics['perplexity'],
  running: readonly number[],
  base: BasePerplexity,
): { logRatio: number | null; difference: number | null } {
  // All else is noise of the kept logits.
  if (isCopy(running, base)) return { logRatio: 0, difference: 0 };
  const own = recomputedLogRatio.error;
  const isSame = Math.abs(recomputedBase.value - base.final.value) <= halfUnit;
  const floored = Math.abs(Math.log(base.final.value / recomputedBase.value));
  if (own !== null && (isSame || floored <= harmlessShare * own))
    return { logRatio: own, difference: recomputedDifference.error };
  if (running.length !== base.running.length) return { logRatio: null, difference: null };
  const ofBlocks = (variantWeight: number, baseWeight: number): number | null =>
    blockError(differenceOf(logarithms(running, variantWeight), logarithms(base.running, baseWeight)));
  return { logRatio: ofBlocks(1, 1), difference: ofBlocks(variant.value, base.final.value) };
}

/** True when every perplexity that was printed is that of the unquantized model, in all its decimals. */
function isCopy(running: readonly number[], base: BasePerplexity): boolean {
  return (
    running.length > 0 &&
    running.length === base.running.length &&
    running.every((value, index) => value === base.running[index])
  );
}

/** The mean negative log-likelihood that each printed perplexity is of, times a weight. */
function logarithms(perplexities: readonly number[], weight: number): RunningMean {
  return {
    values: perplexities.map((value) => weight * Math.log(value)),
    bounds: perplexities.map((value) => (weight * halfUnit) / value),
  };
}

/**
 * True when llama-perplexity's own ratio is further from the true one than the error that it prints, and than
 * rounding: then it says more about the kept logits than about the variant.
 */
export function isRatioMisleading({ ratio, recomputedRatio, base }: PerplexityStatistics): boolean {
  const error = recomputedRatio.error ?? 0;
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

function roundedError(error: number | null): number | null {
  return error === null ? null : rounded(error);
}
