import type { Estimate, KldStatistics, PerplexityStatistics } from '../../core/generated/kld.generated.js';
import type { Metric, PrintedLine, StoredPlace } from './metric.js';
import { metrics } from './registry.js';

/** A metric that llama-perplexity prints. */
export type PrintedMetric = Metric & { readonly printed: PrintedLine };

/** The metrics that llama-perplexity prints, in the order in which it prints them. */
export const printedMetrics: readonly PrintedMetric[] = metrics.filter(
  (metric): metric is PrintedMetric => metric.printed !== undefined,
);

/** The metrics that `kld.json` keeps. */
export const storedMetrics: readonly Metric[] = metrics.filter((metric) => storedPlace(metric) !== undefined);

/** What a pass of a variant prints: all statistics but those that need the base pass's own perplexity. */
export type PrintedStatistics = Omit<KldStatistics, 'perplexity'> & {
  readonly perplexity: Omit<PerplexityStatistics, 'base' | 'logRatio' | 'ratio' | 'difference'>;
};

type Amount = Pick<KldStatistics, 'chunks' | 'ctx' | 'tokens'>;

/** Where `kld.json` keeps a metric, if it does. */
export function storedPlace({ printed, derived }: Metric): StoredPlace | undefined {
  return printed ?? derived;
}

/** The statistics as `kld.json` keeps them: the value of each metric at its place. */
export function storedStatistics(amount: Amount, valueOf: (metric: Metric) => Estimate): KldStatistics {
  return placed(amount, storedMetrics, valueOf) as KldStatistics;
}

/** The same of those alone that llama-perplexity prints. */
export function printedAsStored(
  amount: Amount,
  valueOf: (metric: PrintedMetric) => Estimate,
): PrintedStatistics {
  return placed(amount, printedMetrics, valueOf) as PrintedStatistics;
}

function placed<M extends Metric>(
  amount: Amount,
  of: readonly M[],
  valueOf: (metric: M) => Estimate,
): unknown {
  const statistics: Record<string, unknown> = { ...amount };
  for (const metric of of) {
    const { place, hasError } = storedPlace(metric) ?? { place: [metric.name], hasError: true };
    const value = valueOf(metric);
    put(statistics, place, hasError ? value : value.value);
  }
  // The schema of `kld.json` has a place for each of them, which a test compares.
  return statistics;
}

function put(into: Record<string, unknown>, place: readonly string[], value: unknown): void {
  const [key = '', ...inner] = place;
  if (inner.length === 0) {
    into[key] = value;
    return;
  }
  const group = (into[key] ?? {}) as Record<string, unknown>;
  into[key] = group;
  put(group, inner, value);
}
