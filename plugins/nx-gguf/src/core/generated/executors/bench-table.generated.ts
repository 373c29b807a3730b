// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Prints the speeds of all variants and references that were measured, in a table for each machine.
 */
export interface BenchTableOptions {
  /**
   * Further results, from other machines: paths of bench.json files from the root of the workspace.
   */
  with?: string[];
}
