// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Says which of two variants or references is closer to the unquantized model, chunk by chunk on the same text, and how certain that is.
 */
export interface CompareOptions {
  /**
   * Name of a variant or a reference in model.json.
   */
  a: string;
  /**
   * Name of the one it is compared with.
   */
  b: string;
  /**
   * Confidence that a decision needs, in percent, two-sided.
   */
  confidence?: number;
  /**
   * Measure both on one base pass and stop as soon as it is decided. Gives no measurement: the result is marked, and neither gates nor the card take it.
   */
  sequential?: boolean;
  /**
   * With `sequential`: the chunks after which it ends undecided; all of the evaluation's when absent.
   */
  chunks?: number;
  /**
   * What is printed: a table, or the comparison as JSON.
   */
  format?: 'table' | 'json';
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
}

/** The schema itself. */
export const compareSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/compare.schema.json",
  "title": "CompareOptions",
  "description": "Says which of two variants or references is closer to the unquantized model, chunk by chunk on the same text, and how certain that is.",
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
      "description": "Name of the one it is compared with.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "unsloth-Q4_K_M"
      ]
    },
    "confidence": {
      "description": "Confidence that a decision needs, in percent, two-sided.",
      "type": "number",
      "minimum": 50,
      "maximum": 99.9,
      "default": 95
    },
    "sequential": {
      "description": "Measure both on one base pass and stop as soon as it is decided. Gives no measurement: the result is marked, and neither gates nor the card take it.",
      "type": "boolean",
      "default": false
    },
    "chunks": {
      "description": "With `sequential`: the chunks after which it ends undecided; all of the evaluation's when absent.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        100
      ]
    },
    "format": {
      "description": "What is printed: a table, or the comparison as JSON.",
      "enum": [
        "table",
        "json"
      ],
      "default": "table"
    },
    "threads": {
      "description": "Threads for the tool; all cores when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        8
      ]
    }
  },
  "examples": [
    {
      "a": "Q4_K_M",
      "b": "unsloth-Q4_K_M"
    }
  ]
} as const;
