// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Puts the GGUFs of all variants under dist/ and prints a summary.
 */
export interface MaterializeOptions {}
