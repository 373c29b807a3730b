// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Puts the GGUFs of all variants under dist/ and prints a summary.
 */
export interface MaterializeOptions {}

/** The schema itself. */
export const materializeSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/materialize.schema.json",
  "title": "MaterializeOptions",
  "description": "Puts the GGUFs of all variants under dist/ and prints a summary.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
