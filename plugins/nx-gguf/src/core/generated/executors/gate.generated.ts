// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Holds the variants to the gates of model.json, and fails with a table of what was required and measured.
 */
export interface GateOptions {}
