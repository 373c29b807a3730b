// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Shows what a GGUF holds: metadata, tensors, types per role, bits per weight.
 */
export interface InspectOptions {
  /**
   * Name of the variant in model.json; the unquantized model when absent.
   */
  variant?: string;
  /**
   * Path from the root of the workspace, http(s) URL, or the beginning of a digest in the store; in place of a variant.
   */
  file?: string;
  /**
   * Another file, given in the same ways: show how the two differ instead, and fail if they do.
   */
  against?: string;
  /**
   * Print JSON.
   */
  json?: boolean;
}

/** The schema itself. */
export const inspectSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/inspect.schema.json",
  "title": "InspectOptions",
  "description": "Shows what a GGUF holds: metadata, tensors, types per role, bits per weight.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "variant": {
      "description": "Name of the variant in model.json; the unquantized model when absent.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q4_K_M"
      ]
    },
    "file": {
      "description": "Path from the root of the workspace, http(s) URL, or the beginning of a digest in the store; in place of a variant.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "dist/tiny-qwen35/tiny-qwen35-Q4_K_M.gguf"
      ]
    },
    "against": {
      "description": "Another file, given in the same ways: show how the two differ instead, and fail if they do.",
      "type": "string",
      "minLength": 1
    },
    "json": {
      "description": "Print JSON.",
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
