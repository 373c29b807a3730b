import type { GateCheck } from '../../core/generated/gate.generated.js';
import type { Estimate } from '../../core/generated/kld.generated.js';
import type { Metric, MetricSource } from '../metrics/metric.js';
import { metricsIn } from '../metrics/registry.js';
import type { MeasuringConditions } from '../statistics/conditions.js';

/** The name of a metric that a gate can ask about. */
export type GateMetric = GateCheck['metric'];

/** The known values of a variant or of a reference; null for a value that was not measured. */
export interface GateSubject extends MetricSource {
  /** The conditions of the measurement. */
  readonly conditions: MeasuringConditions;
}

/** The metrics that gates can ask about, by name, in the order in which they are checked. */
export const gateMetrics = Object.fromEntries(
  metricsIn('gate').map((metric) => [metric.name, metric]),
) as Readonly<Record<GateMetric, Metric>>;

/** The value of a metric; null where it is not known, or is no number. */
export function gateValue(metric: GateMetric, subject: GateSubject): Estimate | null {
  const value = gateMetrics[metric].read(subject);
  if (value === null) return null;
  const estimate = typeof value === 'number' ? { value, error: null } : value;
  return Number.isFinite(estimate.value) ? estimate : null;
}
