import type { Estimate, KldStatistics } from '../../core/generated/kld.generated.js';
import type { GateAllowances } from '../../core/generated/model.generated.js';
import type { MeasuringConditions } from '../statistics/conditions.js';

/** A figure that a gate can ask about. */
export type GateMetric = keyof GateAllowances;

/** What is known of a variant or of a reference; null is what was not measured. */
export interface GateSubject {
  readonly sizeBytes: number | null;
  readonly bitsPerWeight: number | null;
  readonly statistics: KldStatistics | null;
  /** What the statistics were measured on and how. */
  readonly conditions: MeasuringConditions;
}

/** How a metric is called and read. A variant is worse when it is higher, or for some when it is lower. */
export interface GateMetricReading {
  readonly label: string;
  readonly worseWhen: 'higher' | 'lower';
  /** True when it comes from the comparison with the unquantized model, and not from the file. */
  readonly isMeasured: boolean;
  readonly read: (of: GateSubject) => Estimate | null;
}

const measured = (
  label: string,
  of: (statistics: KldStatistics) => Estimate | number,
  worseWhen: 'higher' | 'lower' = 'higher',
): GateMetricReading => ({
  label,
  worseWhen,
  isMeasured: true,
  read: ({ statistics }) => (statistics === null ? null : estimateOf(of(statistics))),
});
const ofFile = (label: string, of: (subject: GateSubject) => number | null): GateMetricReading => ({
  label,
  worseWhen: 'higher',
  isMeasured: false,
  read: (subject) => estimateOf(of(subject)),
});

/** All metrics, in the order they are shown. */
export const gateMetrics: Readonly<Record<GateMetric, GateMetricReading>> = {
  meanKld: measured('mean KLD', ({ kldNats }) => kldNats.mean),
  percentile99_9Kld: measured('99.9 % KLD', ({ kldNats }) => kldNats.percentile99_9),
  percentile99Kld: measured('99 % KLD', ({ kldNats }) => kldNats.percentile99),
  maximumKld: measured('maximum KLD', ({ kldNats }) => kldNats.maximum),
  perplexityRatio: measured('perplexity ratio', ({ perplexity }) => perplexity.ratio),
  rmsDeltaProbabilityPercent: measured(
    'RMS Δp, %',
    ({ deltaProbabilityPercent }) => deltaProbabilityPercent.rms,
  ),
  sameTopPercent: measured('same top, %', ({ sameTopPercent }) => sameTopPercent, 'lower'),
  size: ofFile('size', ({ sizeBytes }) => sizeBytes),
  bitsPerWeight: ofFile('bits per weight', ({ bitsPerWeight }) => bitsPerWeight),
};

function estimateOf(value: Estimate | number | null): Estimate | null {
  if (value === null) return null;
  const estimate = typeof value === 'number' ? { value, error: null } : value;
  return Number.isFinite(estimate.value) ? estimate : null;
}
