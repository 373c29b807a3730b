// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Makes one variant with llama-quantize.
 */
export interface QuantizeOptions {
  /**
   * Name of the variant in model.json.
   */
  variant: string;
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
  /**
   * Also quantize the whole model in one run of llama-quantize and compare: a difference fails. Not part of the action key.
   */
  verify?: boolean;
}

/** The schema itself. */
export const quantizeSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/quantize.schema.json",
  "title": "QuantizeOptions",
  "description": "Makes one variant with llama-quantize.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "variant"
  ],
  "properties": {
    "variant": {
      "description": "Name of the variant in model.json.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q4_K_M"
      ]
    },
    "threads": {
      "description": "Threads for the tool; all cores when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        8
      ]
    },
    "verify": {
      "description": "Also quantize the whole model in one run of llama-quantize and compare: a difference fails. Not part of the action key.",
      "type": "boolean",
      "default": false
    }
  },
  "examples": [
    {
      "variant": "Q4_K_M"
    }
  ]
} as const;
