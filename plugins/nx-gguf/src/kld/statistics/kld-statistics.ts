import { GgufError } from '../../core/errors.js';
import { printedAsStored, printedMetrics, type PrintedStatistics } from '../metrics/stored-statistics.js';
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
export const lastStatistic = printedMetrics.at(-1)?.printed.line ?? '';

/** Printed statistics by label, from the lines after the heading. */
export type StatisticLines = ReadonlyMap<string, { readonly value: number; readonly error: number }>;

/** Reads the statistics of a variant pass by their labels. */
export function printedStatistics(lines: readonly string[]): StatisticLines {
  const matches = lines.map((line) => statisticPattern.exec(line)).filter((match) => match !== null);
  return new Map(
    matches.map(([, label = '', value, error]) => [
      label.replace(/\s+/g, ' '),
      { value: toNumber(value), error: toNumber(error) },
    ]),
  );
}

/** Compared tokens below which llama-perplexity returns without statistics; it says nothing about it. */
export const fewestTokens = 100;

/** Tokens that the tool compares: of each chunk only the second half, but for its last token. */
export function comparedTokens({ chunks, ctx }: ComparedAmount): number {
  return chunks * (ctx - 1 - Math.floor(ctx / 2));
}

/**
 * The statistics in our form: each metric of the registry that is printed.
 * @throws GgufError `KLD_NO_STATISTICS` when one is missing, `KLD_NOT_FINITE` when one is no number
 */
export function kldStatistics(
  found: StatisticLines,
  amount: ComparedAmount,
  tail: readonly string[],
): PrintedStatistics {
  const broken = [...found].filter(([, { value }]) => !Number.isFinite(value)).map(([label]) => label);
  if (broken.length > 0) {
    throw new GgufError('KLD_NOT_FINITE', `the comparison gave no finite number for: ${broken.join(', ')}`, {
      hint: 'One of the models computes NaN or infinity: check its conversion, and the types of its most sensitive tensors.',
      tail,
    });
  }
  return printedAsStored({ ...amount, tokens: comparedTokens(amount) }, ({ printed: { line } }) => {
    const entry = found.get(line);
    if (entry === undefined)
      throw new GgufError('KLD_NO_STATISTICS', `the tool did not print '${line}'`, {
        hint: 'The output was cut, or the toolchain prints statistics in another form.',
        tail,
      });
    return estimate(entry);
  });
}
