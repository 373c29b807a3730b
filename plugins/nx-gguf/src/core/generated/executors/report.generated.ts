// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Writes one HTML file, which needs no network, from the results of all steps: comparison, charts, tensor map, importance, gates, provenance.
 */
export interface ReportOptions {}
