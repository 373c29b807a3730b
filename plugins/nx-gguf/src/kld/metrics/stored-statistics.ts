import type { Estimate, KldStatistics } from '../../core/generated/kld.generated.js';
import type { Metric, PrintedLine } from './metric.js';
import { metrics } from './registry.js';

/** A metric that llama-perplexity prints. */
export type PrintedMetric = Metric & { readonly printed: PrintedLine };

/** The metrics that llama-perplexity prints, in the order in which it prints them. */
export const printedMetrics: readonly PrintedMetric[] = metrics.filter(
  (metric): metric is PrintedMetric => metric.printed !== undefined,
);

/** The statistics as `kld.json` keeps them: the value of each printed metric at its place. */
export function storedStatistics(
  amount: Pick<KldStatistics, 'chunks' | 'ctx' | 'tokens'>,
  valueOf: (metric: PrintedMetric) => Estimate,
): KldStatistics {
  const statistics: Record<string, unknown> = { ...amount };
  for (const metric of printedMetrics) {
    const { place, hasError } = metric.printed;
    const value = valueOf(metric);
    put(statistics, place, hasError ? value : value.value);
  }
  // The schema of `kld.json` has a place for each of them, which a test compares.
  return statistics as unknown as KldStatistics;
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
