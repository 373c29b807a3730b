import type { ComparedMetric, FullComparison } from '../../core/generated/comparison.generated.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { closerText, comparedLabels, differenceText, intervalText } from '../comparison-text.js';
import { plainText, table, unbroken } from './markdown.js';

/** The figures that are known chunk by chunk and of which one side is the better one. */
export const pairedMetrics: readonly ComparedMetric['metric'][] = ['meanKld', 'sameTopPercent'];

/** Which of two models is closer, and how sure that is; nothing where no pair was compared. */
export function pairedSection({ comparisons }: Evidence): string {
  const [first] = comparisons;
  if (first === undefined) return '';
  const rows = comparisons.flatMap((comparison) =>
    comparison.metrics
      .filter(({ metric }) => pairedMetrics.includes(metric))
      .map((compared) => row(comparison, compared)),
  );
  return [
    'Which of two is closer is a question about their difference, chunk by chunk on the same text:',
    table(
      [
        ['Compared', 'Difference of', 'Difference', `${first.confidencePercent} % interval`, 'Closer'],
        ...rows,
      ],
      'llrrl',
    ),
    methodText(first),
  ].join('\n\n');
}

function row(comparison: FullComparison, compared: ComparedMetric): string[] {
  const { label, digits } = comparedLabels[compared.metric];
  const { difference } = compared;
  return [
    `${plainText(comparison.a)} − ${plainText(comparison.b)}`,
    label,
    difference === null ? 'unknown' : unbroken(differenceText(difference, digits)),
    difference?.interval ? unbroken(intervalText(difference.interval, digits)) : 'unknown',
    plainText(closerText(comparison, compared)),
  ];
}

/** What is not a figure of llama-perplexity says so, and how it came about. */
/** How the differences came about, which are no figures of llama-perplexity. */
export function methodText({ metrics: [kld], chunks, method }: FullComparison): string {
  const blocks = kld?.difference;
  if (!blocks) return `${chunks} chunks are too few to tell how sure a difference is; 8 are needed.`;
  return `These are no figures of llama-perplexity. They are computed from the values that it prints after each chunk, without its assumption that tokens are independent: ${method}, ${blocks.blocks} blocks of ${blocks.blockChunks} for the mean KLD, ${blocks.resamples} resamples. It prints neither errors nor values of single chunks for percentiles and maximum, so there is no such comparison of them.`;
}
