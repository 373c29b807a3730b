// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Makes the importance matrix with llama-imatrix, or takes a ready one.
 */
export interface ImatrixOptions {
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
  /**
   * Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.
   */
  maxBytesPerSecond?: number;
}

/** The schema itself. */
export const imatrixSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/imatrix.schema.json",
  "title": "ImatrixOptions",
  "description": "Makes the importance matrix with llama-imatrix, or takes a ready one.",
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
    },
    "maxBytesPerSecond": {
      "description": "Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        10000000
      ]
    }
  }
} as const;
