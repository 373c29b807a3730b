// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { MeasuredName } from './common.generated.js';

/**
 * What was required of the variants of a model, what was measured, and by how much it was missed.
 */
export interface GateResult {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * Measured values against limits, as they are: standard errors are shown, and play no part.
   */
  method: 'measured value against limit';
  /**
   * True when every check holds.
   */
  passed: boolean;
  /**
   * By name of the variant, then declared limits before relative ones.
   *
   * @minItems 1
   * @maxItems 100000
   */
  checks: [GateCheck, ...GateCheck[]];
}

/**
 * A metric that gates can name.
 */
export type GateMetric =
  | 'meanKld'
  | 'percentile99_9Kld'
  | 'percentile99Kld'
  | 'maximumKld'
  | 'perplexityRatio'
  | 'rmsDeltaProbabilityPercent'
  | 'sameTopPercent'
  | 'size'
  | 'bitsPerWeight';

/**
 * One requirement and what came of it. Sizes are in bytes.
 */
export interface GateCheck {
  variant: MeasuredName;
  metric: GateMetric;
  relation: 'atMost' | 'atLeast';
  /**
   * Null when what it is computed from was not measured, or was measured differently.
   */
  limit: number | null;
  /**
   * Whose value the limit is computed from, and what was allowed; null for a limit that was declared.
   */
  than: GateThan | null;
  /**
   * In what the measurement of the other side differs from this one's, so that the two cannot be compared; the check then fails. Empty when they can.
   *
   * @maxItems 100
   */
  apart: string[];
  /**
   * Null when it was not measured; the check then fails.
   */
  measured: number | null;
  /**
   * Standard error of what was measured, where there is one.
   */
  error: number | null;
  passed: boolean;
  /**
   * How far the measured value is beyond the limit; null when it is not, or when one of them is not known.
   */
  missedBy: number | null;
}

/**
 * The other side of a relative requirement.
 */
export interface GateThan {
  name: MeasuredName;
  /**
   * Its value; null when it was not measured.
   */
  value: number | null;
  /**
   * What was allowed, as it was declared.
   */
  by: number | string;
}
