// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Measures perplexity and KL divergence of one variant, or of a reference, against the unquantized model.
 */
export interface KldOptions {
  /**
   * Name of the variant or the reference in model.json.
   */
  variant: string;
  /**
   * Threads of each process; the cores divided between them when absent. Not part of the action key.
   */
  threads?: number;
  /**
   * Most variants measured at once, on one base pass; as many as there is memory for when absent. Not part of the action key.
   */
  parallel?: number;
}
