// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Decides which of two variants or references is faster on this machine: both run in alternation, anew each time.
 */
export interface BenchCompareOptions {
  /**
   * Name of a variant or a reference in model.json.
   */
  a: string;
  /**
   * Name of another one.
   */
  b: string;
  /**
   * Runs of either; more of them make the interval narrower. An even number lets each go first equally often.
   */
  pairs?: number;
}
