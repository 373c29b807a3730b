import { GgufError } from '../../core/errors.js';
import type { Distribution, Estimate, KldStatistics } from '../../core/generated/kld.generated.js';
import { estimate, numberPattern, toNumber } from '../tool/tool-numbers.js';

/** How much was compared. */
export interface ComparedAmount {
  readonly chunks: number;
  readonly ctx: number;
}

const statisticPattern = new RegExp(
  `^\\s*(\\S.*?)\\s*:\\s*(${numberPattern})\\s*%?(?:\\s*±\\s*(${numberPattern})\\s*%?)?\\s*$`,
);

/** The line that the statistics begin with. */
export const statisticsHeading = '====== Perplexity statistics';

/** The label of the last statistic: without it the tool was cut short. */
export const lastStatistic = 'Same top p';

/** Printed statistics by label, from the lines after the heading. */
export type PrintedStatistics = ReadonlyMap<string, { readonly value: number; readonly error: number }>;

/** Reads the statistics of a variant pass by their labels. */
export function printedStatistics(lines: readonly string[]): PrintedStatistics {
  const matches = lines.map((line) => statisticPattern.exec(line)).filter((match) => match !== null);
  return new Map(
    matches.map(([, label = '', value, error]) => [
      label.replace(/\s+/g, ' '),
      { value: toNumber(value), error: toNumber(error) },
    ]),
  );
}

/** Tokens that the tool compares: of each chunk only the second half, but for its last token. */
export function comparedTokens({ chunks, ctx }: ComparedAmount): number {
  return chunks * (ctx - 1 - Math.floor(ctx / 2));
}

/**
 * The statistics in our form.
 * @throws GgufError `KLD_NO_STATISTICS` when one is missing, `KLD_NOT_FINITE` when one is no number
 */
export function kldStatistics(
  found: PrintedStatistics,
  amount: ComparedAmount,
  tail: readonly string[],
): KldStatistics {
  const broken = [...found].filter(([, { value }]) => !Number.isFinite(value)).map(([label]) => label);
  if (broken.length > 0) {
    throw new GgufError('KLD_NOT_FINITE', `the comparison gave no finite number for: ${broken.join(', ')}`, {
      hint: 'One of the models computes NaN or infinity: check its conversion, and the types of its most sensitive tensors.',
      tail,
    });
  }
  const take = (label: string): Estimate => {
    const entry = found.get(label);
    if (entry === undefined)
      throw new GgufError('KLD_NO_STATISTICS', `the tool did not print '${label}'`, {
        hint: 'The output was cut, or the toolchain prints statistics in another form.',
        tail,
      });
    return estimate(entry);
  };
  const spread = (unit: string): Distribution => ({
    mean: take(`Mean ${unit}`),
    maximum: take(`Maximum ${unit}`).value,
    percentile99_9: take(`99.9% ${unit}`).value,
    percentile99: take(`99.0% ${unit}`).value,
    percentile95: take(`95.0% ${unit}`).value,
    percentile90: take(`90.0% ${unit}`).value,
    median: take(`Median ${unit}`).value,
    percentile10: take(`10.0% ${unit}`).value,
    percentile5: take(`5.0% ${unit}`).value,
    percentile1: take(`1.0% ${unit}`).value,
    percentile0_1: take(`0.1% ${unit}`).value,
    minimum: take(`Minimum ${unit}`).value,
  });
  return {
    ...amount,
    tokens: comparedTokens(amount),
    perplexity: {
      variant: take('Mean PPL(Q)'),
      base: take('Mean PPL(base)'),
      correlationPercent: take('Cor(ln(PPL(Q)), ln(PPL(base)))').value,
      logRatio: take('Mean ln(PPL(Q)/PPL(base))'),
      ratio: take('Mean PPL(Q)/PPL(base)'),
      difference: take('Mean PPL(Q)-PPL(base)'),
    },
    kldNats: spread('KLD'),
    deltaProbabilityPercent: {
      ...spread('Δp'),
      percentile75: take('75.0% Δp').value,
      percentile25: take('25.0% Δp').value,
      rms: take('RMS Δp'),
    },
    sameTopPercent: take(lastStatistic),
  };
}
