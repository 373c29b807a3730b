// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Looks up the newest state of the sources of models and corpora, shows what changed, and pins it in their lock files.
 */
export interface UpdateOptions {
  /**
   * The model or corpus project.
   */
  project?: string;
  /**
   * All model and corpus projects that have a source to pin.
   */
  all?: boolean;
  /**
   * Change nothing; end with exit code 1 when a lock is behind, or a source cannot be looked up.
   */
  check?: boolean;
  /**
   * File that gets the result as JSON, relative to the workspace.
   */
  summary?: string;
}

/** The schema itself. */
export const updateSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "generators/update.schema.json",
  "title": "UpdateOptions",
  "description": "Looks up the newest state of the sources of models and corpora, shows what changed, and pins it in their lock files.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "project": {
      "description": "The model or corpus project.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "qwen35-08b"
      ]
    },
    "all": {
      "description": "All model and corpus projects that have a source to pin.",
      "type": "boolean",
      "default": false
    },
    "check": {
      "description": "Change nothing; end with exit code 1 when a lock is behind, or a source cannot be looked up.",
      "type": "boolean",
      "default": false
    },
    "summary": {
      "description": "File that gets the result as JSON, relative to the workspace.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "tmp/update.json"
      ]
    }
  },
  "examples": [
    {
      "all": true,
      "check": true
    }
  ]
} as const;
