// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Writes the model card from the results of all steps.
 */
export interface CardOptions {}

/** The schema itself. */
export const cardSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/card.schema.json",
  "title": "CardOptions",
  "description": "Writes the model card from the results of all steps.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
