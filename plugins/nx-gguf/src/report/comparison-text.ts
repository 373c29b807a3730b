import { counted } from '../core/counted.js';
import type {
  ComparedMetric,
  FullComparison,
  Interval,
  SequentialComparison,
} from '../core/generated/comparison.generated.js';
import { metricNamed } from '../kld/metrics/registry.js';
import { metricHeading, metricText } from './metric-text.js';
import { estimateText } from './numbers.js';
import { textTable } from './text-table.js';

/**
 * A comparison of complete measurements as a table, with what llama-perplexity printed apart from what is
 * computed.
 */
export function fullComparisonText(comparison: FullComparison): string {
  const { a, b, chunks, tokens, confidencePercent, metrics, method } = comparison;
  const rows = metrics.map((compared) => {
    const { metric, a: of, b: against, difference } = compared;
    const known = metricNamed(metric);
    const { digits } = known;
    return [
      metricHeading(known),
      metricText(known, of),
      metricText(known, against),
      difference === null ? '' : differenceText(difference, digits),
      difference?.interval ? intervalText(difference.interval, digits) : '',
      known.better === null ? '' : closerText(comparison, compared),
    ];
  });
  const blocks = metrics[0]?.difference;
  return [
    `${a} and ${b}, ${counted(chunks, 'chunk')}, ${counted(tokens, 'token')}`,
    textTable([['', a, b, 'difference', `${confidencePercent} % interval`, 'closer'], ...rows], 'lrrrrl'),
    blocks
      ? `Values as llama-perplexity prints them, ln(PPL/PPL base) to what the base pass printed. Difference, interval and confidence: ${method}, ${blocks.blocks} blocks of ${blocks.blockChunks} for the mean KLD; ${errorsText(comparison)}.`
      : 'Values as llama-perplexity prints them, ln(PPL/PPL base) to what the base pass printed. Fewer than 8 chunks do not tell how certain a difference is.',
  ].join('\n');
}

/** A sequential comparison in a few lines that cannot be taken for a measurement of the whole text. */
export function sequentialComparisonText(comparison: SequentialComparison): string {
  const {
    a,
    b,
    chunks,
    tokens,
    budgetChunks,
    confidencePercent,
    batchChunks,
    meanKld,
    difference,
    interval,
    closer,
    method,
  } = comparison;
  return [
    closer === null
      ? `undecided between ${a} and ${b} after ${chunks} of ${budgetChunks} chunks`
      : `${nameOf(closer, comparison)} is closer: decided after ${chunks} of ${budgetChunks} chunks (${tokens} tokens)`,
    `sequential: running mean KLD ${meanKld.a.toFixed(5)} (${a}) and ${meanKld.b.toFixed(5)} (${b}), difference ${difference.toFixed(5)}, ${intervalText(interval, 5)} with ${confidencePercent} % at all looks together`,
    `Figures of these chunks, not of the text. ${method[0]?.toUpperCase() ?? ''}${method.slice(1)}, a look every ${batchChunks}; not a figure of llama-perplexity.`,
  ].join('\n');
}

/** Which side a figure shows to be closer, and with what confidence: `Q6_K, > 99.9 %`, or `undecided`. */
export function closerText(comparison: FullComparison, { closer, difference }: ComparedMetric): string {
  return closer === null
    ? 'undecided'
    : `${nameOf(closer, comparison)}, ${confidenceText(difference?.confidencePercent ?? 0)}`;
}

/** A difference with its error. */
export function differenceText(
  { mean, error }: NonNullable<ComparedMetric['difference']>,
  digits: number,
): string {
  return estimateText({ value: mean, error }, digits);
}

function nameOf(side: 'a' | 'b', { a, b }: { a: string; b: string }): string {
  return side === 'a' ? a : b;
}

/** A confidence never rounded up, and never called certain: as many resamples as there are cannot tell. */
function confidenceText(percent: number): string {
  return percent > 99.9 ? '> 99.9 %' : `${(Math.floor(percent * 10) / 10).toFixed(1)} %`;
}

/** The bounds of an interval: `-0.0002 to 0.0004`. */
export function intervalText({ low, high }: Interval, digits: number): string {
  return `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
}

function errorsText({ a, b, metrics }: FullComparison): string {
  const [kld] = metrics;
  const text = (value: number | null | undefined): string =>
    typeof value === 'number' ? value.toFixed(6) : 'unknown';
  return `with dependent tokens the errors of the mean KLD are ${text(kld?.a.blockError)} (${a}) and ${text(kld?.b.blockError)} (${b})`;
}
