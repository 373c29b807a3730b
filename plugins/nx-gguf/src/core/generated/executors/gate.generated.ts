// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Holds the variants to the gates of model.json, and fails with a table of what was required and measured.
 */
export interface GateOptions {}

/** The schema itself. */
export const gateSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/gate.schema.json",
  "title": "GateOptions",
  "description": "Holds the variants to the gates of model.json, and fails with a table of what was required and measured.",
  "type": "object",
  "additionalProperties": false,
  "properties": {},
  "examples": [
    {}
  ]
} as const;
