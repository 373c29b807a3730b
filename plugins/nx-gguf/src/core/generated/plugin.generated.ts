// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Options of the plugin in nx.json: { "plugin": "nx-gguf", "options": { … } }.
 */
export interface PluginOptions {
  /**
   * What stands in front of the name of each target, for a workspace whose other projects have targets called build or publish: with "gguf-", gguf-quantize:Q4_K_M.
   */
  targetPrefix?: string;
  /**
   * Where results are shared: an address, or several, near before far. NX_GGUF_REMOTE, when set, takes its place. A mode behind # is for that remote alone.
   */
  remote?:
    | string
    | []
    | [string]
    | [string, string]
    | [string, string, string]
    | [string, string, string, string]
    | [string, string, string, string, string]
    | [string, string, string, string, string, string]
    | [string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string]
    | [string, string, string, string, string, string, string, string, string, string, string, string, string]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ]
    | [
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string,
        string
      ];
  /**
   * What may be done with remotes: read-write, read-only, write-ci (read everywhere, write in CI only), or off. NX_GGUF_REMOTE_MODE, when set, takes its place.
   */
  remoteMode?: 'read-write' | 'read-only' | 'write-ci' | 'off';
  /**
   * Whether files that were fetched from a hub, a git repository or a URL are uploaded too. Without them others fetch them from where they came.
   */
  remoteSources?: boolean;
}

/** The schema itself. */
export const pluginSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "plugin.schema.json",
  "title": "PluginOptions",
  "description": "Options of the plugin in nx.json: { \"plugin\": \"nx-gguf\", \"options\": { … } }.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "targetPrefix": {
      "description": "What stands in front of the name of each target, for a workspace whose other projects have targets called build or publish: with \"gguf-\", gguf-quantize:Q4_K_M.",
      "type": "string",
      "pattern": "^[a-z][a-z0-9_-]{0,31}[:._-]?$",
      "examples": [
        "gguf-"
      ]
    },
    "remote": {
      "description": "Where results are shared: an address, or several, near before far. NX_GGUF_REMOTE, when set, takes its place. A mode behind # is for that remote alone.",
      "oneOf": [
        {
          "type": "string",
          "minLength": 1
        },
        {
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1
          },
          "maxItems": 16
        }
      ],
      "examples": [
        "https://cache.example.org",
        "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-1",
        "file:///mnt/shared/nx-gguf#read-only"
      ]
    },
    "remoteMode": {
      "description": "What may be done with remotes: read-write, read-only, write-ci (read everywhere, write in CI only), or off. NX_GGUF_REMOTE_MODE, when set, takes its place.",
      "enum": [
        "read-write",
        "read-only",
        "write-ci",
        "off"
      ],
      "default": "read-write"
    },
    "remoteSources": {
      "description": "Whether files that were fetched from a hub, a git repository or a URL are uploaded too. Without them others fetch them from where they came.",
      "type": "boolean",
      "default": true
    }
  }
} as const;
