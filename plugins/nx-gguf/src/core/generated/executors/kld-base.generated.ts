// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Computes the logits of the unquantized model ahead and keeps them in the store, so that measurements need no base pass.
 */
export interface KldBaseOptions {
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
}
