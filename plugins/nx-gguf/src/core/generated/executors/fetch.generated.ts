// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Brings the files of a source into the store: the checkpoint of a model, or the texts of a corpus.
 */
export interface FetchOptions {
  /**
   * Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.
   */
  maxBytesPerSecond?: number;
}

/** The schema itself. */
export const fetchSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/fetch.schema.json",
  "title": "FetchOptions",
  "description": "Brings the files of a source into the store: the checkpoint of a model, or the texts of a corpus.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
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
    {}
  ]
} as const;
