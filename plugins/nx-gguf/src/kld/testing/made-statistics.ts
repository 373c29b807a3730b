import type { Estimate, KldStatistics } from '../../core/generated/kld.generated.js';
import type { MetricName } from '../metrics/registry.js';
import { storedStatistics } from '../metrics/stored-statistics.js';

/** Statistics with these values of metrics; all others are 0, so that a new metric changes no sample. */
export function madeStatistics(
  { chunks, ctx }: Pick<KldStatistics, 'chunks' | 'ctx'>,
  values: Readonly<Partial<Record<MetricName, Estimate | number>>>,
): KldStatistics {
  return storedStatistics({ chunks, ctx, tokens: chunks * 255 }, ({ name }) => {
    const value = values[name as MetricName] ?? 0;
    return typeof value === 'number' ? { value, error: null } : value;
  });
}

/** The metrics of a distribution by what ends their names, from values by what begins them. */
export function madeSpread<T>(ending: string, values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).map(([beginning, value]) => [`${beginning}${ending}`, value]),
  );
}
