// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Says which of two variants or references is closer to the unquantized model, chunk by chunk on the same text, and how certain that is.
 */
export interface CompareOptions {
  /**
   * Name of a variant or a reference in model.json.
   */
  a: string;
  /**
   * Name of the one it is compared with.
   */
  b: string;
  /**
   * Confidence that a decision needs, in percent, two-sided.
   */
  confidence?: number;
  /**
   * Measure both on one base pass and stop as soon as it is decided. Gives no measurement: the result is marked, and neither gates nor the card take it.
   */
  sequential?: boolean;
  /**
   * With `sequential`: the chunks after which it ends undecided; all of the evaluation's when absent.
   */
  chunks?: number;
  /**
   * What is printed: a table, or the comparison as JSON.
   */
  format?: 'table' | 'json';
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
}
