// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Measures the speed of one variant, or of a reference, on this machine with llama-bench.
 */
export interface BenchOptions {
  /**
   * Name of the variant or the reference in model.json.
   */
  variant: string;
  /**
   * Measure again, although this machine has measured it before.
   */
  again?: boolean;
}

/** The schema itself. */
export const benchSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/bench.schema.json",
  "title": "BenchOptions",
  "description": "Measures the speed of one variant, or of a reference, on this machine with llama-bench.",
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
    "again": {
      "description": "Measure again, although this machine has measured it before.",
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
