// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * A sha256 in lower-case hexadecimal digits.
 */
export type Sha256 = string;

/**
 * What a step produced: its files by digest, its results, and what they were made from. Holds no time, no absolute path and no host name: equal work gives equal bytes.
 */
export interface Manifest {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * The step that made it.
   */
  step: string;
  actionKey: Sha256;
  /**
   * @maxItems 100000
   */
  files: ManifestFile[];
  /**
   * Results of the step, in its own form.
   */
  facts: {
    [k: string]: unknown;
  };
  provenance: Provenance;
  /**
   * A sha256 in lower-case hexadecimal digits.
   */
  digest?: string;
}
/**
 * A file of an artifact: its name in it, its digest and its size. The bytes are in the store.
 */
export interface ManifestFile {
  /**
   * Relative path with forward slashes, without '.' or '..' segments.
   */
  name: string;
  sha256: Sha256;
  sizeBytes: number;
}
/**
 * What an artifact was made from, and with what.
 */
export interface Provenance {
  /**
   * Digests of everything the step read, by role.
   */
  inputs: ProvenanceInput[];
  /**
   * Identity of the tools that ran, or null when none did.
   */
  toolchain: {
    [k: string]: unknown;
  } | null;
  /**
   * Arguments of each tool that ran, with relative names in place of paths.
   */
  commands: string[][];
}
/**
 * Something that a step read: what it was to the step, its name, and its digest.
 */
export interface ProvenanceInput {
  role: string;
  name: string;
  sha256: Sha256;
}

/** The schema itself. */
export const manifestSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "manifest.schema.json",
  "title": "Manifest",
  "description": "What a step produced: its files by digest, its results, and what they were made from. Holds no time, no absolute path and no host name: equal work gives equal bytes.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "step",
    "actionKey",
    "files",
    "facts",
    "provenance"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "step": {
      "description": "The step that made it.",
      "type": "string",
      "pattern": "^[a-z][a-z0-9-]{0,63}$"
    },
    "actionKey": {
      "$ref": "#/definitions/sha256"
    },
    "files": {
      "type": "array",
      "maxItems": 100000,
      "items": {
        "$ref": "#/definitions/file"
      }
    },
    "facts": {
      "description": "Results of the step, in its own form.",
      "type": "object"
    },
    "provenance": {
      "$ref": "#/definitions/provenance"
    },
    "digest": {
      "description": "sha256 of all the rest as canonical JSON; only in manifests on their way to and from a remote.",
      "$ref": "#/definitions/sha256"
    }
  },
  "definitions": {
    "sha256": {
      "description": "A sha256 in lower-case hexadecimal digits.",
      "type": "string",
      "pattern": "^[0-9a-f]{64}$"
    },
    "file": {
      "title": "ManifestFile",
      "description": "A file of an artifact: its name in it, its digest and its size. The bytes are in the store.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "sha256",
        "sizeBytes"
      ],
      "properties": {
        "name": {
          "description": "Relative path with forward slashes, without '.' or '..' segments.",
          "type": "string",
          "maxLength": 1024,
          "pattern": "^(?!\\.{1,2}(/|$))[^/\\\\:\\u0000-\\u001f]+(/(?!\\.{1,2}(/|$))[^/\\\\:\\u0000-\\u001f]+)*$"
        },
        "sha256": {
          "$ref": "#/definitions/sha256"
        },
        "sizeBytes": {
          "type": "integer",
          "minimum": 0,
          "maximum": 9007199254740991
        }
      }
    },
    "provenance": {
      "title": "Provenance",
      "description": "What an artifact was made from, and with what.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "inputs",
        "toolchain",
        "commands"
      ],
      "properties": {
        "inputs": {
          "description": "Digests of everything the step read, by role.",
          "type": "array",
          "items": {
            "title": "ProvenanceInput",
            "description": "Something that a step read: what it was to the step, its name, and its digest.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "role",
              "name",
              "sha256"
            ],
            "properties": {
              "role": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64
              },
              "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 1024
              },
              "sha256": {
                "$ref": "#/definitions/sha256"
              }
            }
          }
        },
        "toolchain": {
          "description": "Identity of the tools that ran, or null when none did.",
          "type": [
            "object",
            "null"
          ]
        },
        "commands": {
          "description": "Arguments of each tool that ran, with relative names in place of paths.",
          "type": "array",
          "items": {
            "type": "array",
            "items": {
              "type": "string"
            }
          }
        }
      }
    }
  }
} as const;
