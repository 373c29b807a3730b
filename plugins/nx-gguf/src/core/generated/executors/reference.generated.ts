// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Brings a GGUF that somebody else made into the store, to be measured like the variants.
 */
export interface ReferenceOptions {
  /**
   * Name of the reference in model.json.
   */
  reference: string;
  /**
   * Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.
   */
  maxBytesPerSecond?: number;
}

/** The schema itself. */
export const referenceSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/reference.schema.json",
  "title": "ReferenceOptions",
  "description": "Brings a GGUF that somebody else made into the store, to be measured like the variants.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "reference"
  ],
  "properties": {
    "reference": {
      "description": "Name of the reference in model.json.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "unsloth-Q4_K_M"
      ]
    },
    "maxBytesPerSecond": {
      "description": "Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        10000000
      ]
    }
  },
  "examples": [
    {
      "reference": "unsloth-Q4_K_M"
    }
  ]
} as const;
