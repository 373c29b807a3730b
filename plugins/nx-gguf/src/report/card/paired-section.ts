import { counted } from '../../core/counted.js';
import type { ComparedMetric, FullComparison } from '../../core/generated/comparison.generated.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { metricNamed } from '../../kld/metrics/registry.js';
import { closerText, differenceText, intervalText } from '../comparison-text.js';
import { metricHeading } from '../metric-text.js';
import { plainText, table, unbroken } from './markdown.js';

/** The figures of a comparison of which one side is the better one. */
export function decidableFigures({ metrics }: FullComparison): ComparedMetric[] {
  return metrics.filter(({ metric }) => metricNamed(metric).better !== null);
}

/** Which of two models is closer, and how sure that is; nothing where no pair was compared. */
export function pairedSection({ comparisons }: Evidence): string {
  const [first] = comparisons;
  if (first === undefined) return '';
  const rows = comparisons.flatMap((comparison) =>
    decidableFigures(comparison).map((compared) => row(comparison, compared)),
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
  const metric = metricNamed(compared.metric);
  const { digits } = metric;
  const { difference } = compared;
  return [
    `${plainText(comparison.a)} − ${plainText(comparison.b)}`,
    metricHeading(metric),
    difference === null ? 'unknown' : unbroken(differenceText(difference, digits)),
    difference?.interval ? unbroken(intervalText(difference.interval, digits)) : 'unknown',
    plainText(closerText(comparison, compared)),
  ];
}

/** How the differences came about, which are no figures of llama-perplexity. */
export function methodText({ metrics: [kld], chunks, method }: FullComparison): string {
  const blocks = kld?.difference;
  if (!blocks)
    return `${counted(chunks, 'chunk')} ${chunks === 1 ? 'is' : 'are'} too few to tell how sure a difference is; 8 are needed.`;
  return `These are no figures of llama-perplexity. They are computed from the values that it prints after each chunk, without its assumption that tokens are independent: ${method}, ${blocks.blocks} blocks of ${blocks.blockChunks} for the mean KLD, ${blocks.resamples} resamples. It prints neither errors nor values of single chunks for percentiles and maximum, so there is no such comparison of them.`;
}
