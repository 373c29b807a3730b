// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Converts the fetched checkpoint to an unquantized GGUF with convert_hf_to_gguf.py.
 */
export interface ConvertOptions {}

/** The schema itself. */
export const convertSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/convert.schema.json",
  "title": "ConvertOptions",
  "description": "Converts the fetched checkpoint to an unquantized GGUF with convert_hf_to_gguf.py.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
