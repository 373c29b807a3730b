// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Publishes variants and card to a hub, a directory or a git repository: only what differs, after checks, in one commit.
 */
export interface PublishOptions {
  /**
   * List what would change, and change nothing.
   */
  dryRun?: boolean;
  /**
   * Make the repository, and the branch, when it is not there.
   */
  create?: boolean;
  /**
   * A repository of the hub in place of the destination in the model file.
   */
  repository?: string;
  /**
   * A directory in place of the destination in the model file, relative to the workspace.
   */
  path?: string;
  /**
   * A git repository in place of the destination in the model file; a local one relative to the workspace.
   */
  url?: string;
  /**
   * A branch in place of the one in the model file.
   */
  branch?: string;
  /**
   * Of a repository that `create` makes, in place of the one in the model file.
   */
  visibility?: 'private' | 'public';
  /**
   * The variants to publish, in place of those in the model file.
   */
  variants?: string[];
  /**
   * Replace files that something else put there, or changed since they were published.
   */
  overwrite?: boolean;
  /**
   * Delete files that were published earlier and are no longer part of it. Files that something else put there are never deleted.
   */
  prune?: boolean;
  /**
   * Publish although gates failed or were not measured.
   */
  allowFailedGates?: boolean;
  /**
   * Publish although results are not those of the recipe as it is now, or files under dist/ were changed.
   */
  allowStale?: boolean;
  /**
   * How the plan is printed.
   */
  format?: 'table' | 'json';
  /**
   * Bandwidth cap for uploads to a hub in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent.
   */
  maxBytesPerSecond?: number;
}

/** The schema itself. */
export const publishSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/publish.schema.json",
  "title": "PublishOptions",
  "description": "Publishes variants and card to a hub, a directory or a git repository: only what differs, after checks, in one commit.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "dryRun": {
      "description": "List what would change, and change nothing.",
      "type": "boolean",
      "default": false
    },
    "create": {
      "description": "Make the repository, and the branch, when it is not there.",
      "type": "boolean",
      "default": false
    },
    "repository": {
      "description": "A repository of the hub in place of the destination in the model file.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "me/Qwen3.5-0.8B-GGUF"
      ]
    },
    "path": {
      "description": "A directory in place of the destination in the model file, relative to the workspace.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "dist/release/my-model"
      ]
    },
    "url": {
      "description": "A git repository in place of the destination in the model file; a local one relative to the workspace.",
      "type": "string",
      "minLength": 1
    },
    "branch": {
      "description": "A branch in place of the one in the model file.",
      "type": "string",
      "minLength": 1
    },
    "visibility": {
      "description": "Of a repository that `create` makes, in place of the one in the model file.",
      "enum": [
        "private",
        "public"
      ]
    },
    "variants": {
      "description": "The variants to publish, in place of those in the model file.",
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      }
    },
    "overwrite": {
      "description": "Replace files that something else put there, or changed since they were published.",
      "type": "boolean",
      "default": false
    },
    "prune": {
      "description": "Delete files that were published earlier and are no longer part of it. Files that something else put there are never deleted.",
      "type": "boolean",
      "default": false
    },
    "allowFailedGates": {
      "description": "Publish although gates failed or were not measured.",
      "type": "boolean",
      "default": false
    },
    "allowStale": {
      "description": "Publish although results are not those of the recipe as it is now, or files under dist/ were changed.",
      "type": "boolean",
      "default": false
    },
    "format": {
      "description": "How the plan is printed.",
      "enum": [
        "table",
        "json"
      ],
      "default": "table"
    },
    "maxBytesPerSecond": {
      "description": "Bandwidth cap for uploads to a hub in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent.",
      "type": "integer",
      "minimum": 1,
      "examples": [
        10000000
      ]
    }
  }
} as const;
