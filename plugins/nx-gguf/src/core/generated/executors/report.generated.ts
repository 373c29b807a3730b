// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Writes one HTML file, which needs no network, from the results of all steps: comparison, charts, tensor map, importance, gates, provenance.
 */
export interface ReportOptions {}

/** The schema itself. */
export const reportSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/report.schema.json",
  "title": "ReportOptions",
  "description": "Writes one HTML file, which needs no network, from the results of all steps: comparison, charts, tensor map, importance, gates, provenance.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
