// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Measures perplexity and KL divergence of one variant, or of a reference, against the unquantized model.
 */
export interface KldOptions {
  /**
   * Name of the variant or the reference in model.json.
   */
  variant: string;
  /**
   * Threads of each process; the cores divided between them when absent. Not part of the action key.
   */
  threads?: number;
  /**
   * Most variants measured at once, on one base pass; as many as there is memory for when absent. Not part of the action key.
   */
  parallel?: number;
}

/** The schema itself. */
export const kldSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/kld.schema.json",
  "title": "KldOptions",
  "description": "Measures perplexity and KL divergence of one variant, or of a reference, against the unquantized model.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "variant"
  ],
  "properties": {
    "variant": {
      "description": "Name of the variant or the reference in model.json.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q4_K_M"
      ]
    },
    "threads": {
      "description": "Threads of each process; the cores divided between them when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        8
      ]
    },
    "parallel": {
      "description": "Most variants measured at once, on one base pass; as many as there is memory for when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        2
      ]
    }
  },
  "examples": [
    {
      "variant": "Q4_K_M"
    }
  ]
} as const;
