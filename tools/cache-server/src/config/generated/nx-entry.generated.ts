// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * An entry of Nx's remote cache: the blob that holds its archive, and the blobs that manifests in the archive name.
 */
export interface NxEntry {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * The task hash that Nx asks for.
   */
  hash: string;
  body: NamedBlob;
  /**
   * Without these the entry is not answered.
   */
  blobs: NamedBlob[];
}
/**
 * Bytes by digest and size.
 */
export interface NamedBlob {
  sha256: string;
  sizeBytes: number;
}

/** The schema itself. */
export const nxEntrySchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "nx-entry.schema.json",
  "title": "NxEntry",
  "description": "An entry of Nx's remote cache: the blob that holds its archive, and the blobs that manifests in the archive name.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "hash",
    "body",
    "blobs"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "hash": {
      "description": "The task hash that Nx asks for.",
      "type": "string",
      "pattern": "^[A-Za-z0-9_-]{1,128}$"
    },
    "body": {
      "$ref": "#/definitions/blob"
    },
    "blobs": {
      "description": "Without these the entry is not answered.",
      "type": "array",
      "items": {
        "$ref": "#/definitions/blob"
      }
    }
  },
  "definitions": {
    "blob": {
      "title": "NamedBlob",
      "description": "Bytes by digest and size.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "sha256",
        "sizeBytes"
      ],
      "properties": {
        "sha256": {
          "type": "string",
          "pattern": "^[0-9a-f]{64}$"
        },
        "sizeBytes": {
          "type": "integer",
          "minimum": 0,
          "maximum": 9007199254740991
        }
      }
    }
  }
} as const;
