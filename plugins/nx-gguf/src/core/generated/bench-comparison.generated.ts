// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { BenchModel, BenchRuntime, BenchTestKind, Files, Machine, MachineLoad } from './bench.generated.js';

/**
 * Which of two models is faster on one machine, measured in alternation so that what else the machine does meets both.
 */
export interface BenchComparison {
  /**
   * This schema, for editors.
   */
  $schema?: string;
  /**
   * Format version of this file.
   */
  format: 1;
  a: ComparedModel;
  b: ComparedModel;
  machine: Machine;
  runtime: BenchRuntime;
  load: MachineLoad;
  /**
   * Each pair is a run of either model, one after the other, in the order A B, B A, A B, …; a run's speed is the median of its repetitions. The ratio is the geometric mean of the pairs' ratios, its interval that of Student's t over their logarithms.
   */
  method: 'alternating pairs, t interval of log ratios';
  /**
   * In the order in which they ran.
   *
   * @maxItems 1024
   */
  tests: ComparedTest[];
}

/**
 * One of the two models.
 */
export interface ComparedModel {
  /**
   * The variant or the reference.
   */
  name: string;
  files: Files;
  model: BenchModel;
}

/**
 * A test of both models.
 */
export interface ComparedTest {
  test: BenchTestKind;
  /**
   * In the order in which they ran.
   *
   * @maxItems 1000
   */
  pairs: SpeedPair[];
  ratio: SpeedRatio;
}
/**
 * A run of either model, in tokens a second.
 */
export interface SpeedPair {
  /**
   * Which of the two ran first.
   */
  first: 'a' | 'b';
  a: number;
  b: number;
}

/**
 * Speed of A in units of that of B.
 */
export interface SpeedRatio {
  /**
   * Geometric mean over the pairs.
   */
  value: number;
  /**
   * Lower end of the interval.
   */
  low: number;
  /**
   * Upper end of the interval.
   */
  high: number;
  /**
   * Of the interval, for this test alone.
   */
  confidence: 0.95;
  /**
   * `undecided` when the interval holds 1: the pairs do not tell the two apart.
   */
  verdict: 'a' | 'b' | 'undecided';
}
