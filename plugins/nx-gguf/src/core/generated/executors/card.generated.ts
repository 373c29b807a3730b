// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Writes the model card from the results of all steps.
 */
export interface CardOptions {}
