// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Decides which of two variants or references is faster on this machine: both run in alternation, anew each time.
 */
export interface BenchCompareOptions {
  /**
   * Name of a variant or a reference in model.json.
   */
  a: string;
  /**
   * Name of another one.
   */
  b: string;
  /**
   * Runs of either; more of them make the interval narrower. An even number lets each go first equally often.
   */
  pairs?: number;
}

/** The schema itself. */
export const benchCompareSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/bench-compare.schema.json",
  "title": "BenchCompareOptions",
  "description": "Decides which of two variants or references is faster on this machine: both run in alternation, anew each time.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "a",
    "b"
  ],
  "properties": {
    "a": {
      "description": "Name of a variant or a reference in model.json.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q4_K_M"
      ]
    },
    "b": {
      "description": "Name of another one.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q6_K"
      ]
    },
    "pairs": {
      "description": "Runs of either; more of them make the interval narrower. An even number lets each go first equally often.",
      "type": "integer",
      "minimum": 3,
      "maximum": 1000,
      "default": 6
    }
  },
  "examples": [
    {
      "a": "Q4_K_M",
      "b": "Q6_K"
    }
  ]
} as const;
