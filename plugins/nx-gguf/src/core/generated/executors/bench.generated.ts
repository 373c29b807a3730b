// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Measures the speed of one variant, or of a reference, on this machine with llama-bench.
 */
export interface BenchOptions {
  /**
   * Name of the variant or the reference in model.json.
   */
  variant: string;
  /**
   * Measure again, although this machine has measured it before.
   */
  again?: boolean;
}
