// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Computes the logits of the unquantized model ahead and keeps them in the store, so that measurements need no base pass.
 */
export interface KldBaseOptions {
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
}

/** The schema itself. */
export const kldBaseSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/kld-base.schema.json",
  "title": "KldBaseOptions",
  "description": "Computes the logits of the unquantized model ahead and keeps them in the store, so that measurements need no base pass.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "threads": {
      "description": "Threads for the tool; all cores when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        8
      ]
    }
  }
} as const;
