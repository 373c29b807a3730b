// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Converts the fetched checkpoint to an unquantized GGUF with convert_hf_to_gguf.py.
 */
export interface ConvertOptions {
  /**
   * The model file, relative to the project's directory.
   */
  config?: string;
}

/** The schema itself. */
export const convertSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/convert.schema.json",
  "title": "ConvertOptions",
  "description": "Converts the fetched checkpoint to an unquantized GGUF with convert_hf_to_gguf.py.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "config": {
      "description": "The model file, relative to the project's directory.",
      "type": "string",
      "minLength": 1,
      "default": "model.json"
    }
  }
} as const;
