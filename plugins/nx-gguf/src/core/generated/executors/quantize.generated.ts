// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Makes one variant with llama-quantize.
 */
export interface QuantizeOptions {
  /**
   * Name of the variant in model.json.
   */
  variant: string;
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
  /**
   * Also quantize the whole model in one run of llama-quantize and compare: a difference fails. Not part of the action key.
   */
  verify?: boolean;
}
