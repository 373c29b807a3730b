// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * The tokens that a server knows, by digest: nobody can use what stands here.
 */
export interface Tokens {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * One for each person, runner or kind of job.
   *
   * @maxItems 10000
   */
  tokens: TokenRecord[];
}
/**
 * What a token may do, and how it is recognised.
 */
export interface TokenRecord {
  /**
   * The public part of the token, as logs show it.
   */
  id: string;
  /**
   * sha256 of the secret part, 256 random bits.
   */
  sha256: string;
  /**
   * What it may do.
   *
   * @minItems 1
   */
  scopes: ['read' | 'write' | 'admin', ...('read' | 'write' | 'admin')[]];
  /**
   * Where its writes land. Everybody reads `trusted`; any other namespace is read by its own tokens alone.
   */
  namespace: string;
  /**
   * Who or what it is for.
   */
  note?: string;
  /**
   * Time from which it is refused, ISO 8601.
   */
  expires?: string;
  /**
   * In place of the server's own limit.
   */
  requestsPerMinute?: number;
  /**
   * In place of the server's own limit.
   */
  uploadBytesPerHour?: number;
  /**
   * In place of the server's own limit, where it is smaller.
   */
  maxBlobBytes?: number;
}

/** The schema itself. */
export const tokensSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "tokens.schema.json",
  "title": "Tokens",
  "description": "The tokens that a server knows, by digest: nobody can use what stands here.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "tokens"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "tokens": {
      "description": "One for each person, runner or kind of job.",
      "type": "array",
      "maxItems": 10000,
      "items": {
        "$ref": "#/definitions/token"
      }
    }
  },
  "definitions": {
    "token": {
      "title": "TokenRecord",
      "description": "What a token may do, and how it is recognised.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "id",
        "sha256",
        "scopes",
        "namespace"
      ],
      "properties": {
        "id": {
          "description": "The public part of the token, as logs show it.",
          "type": "string",
          "pattern": "^[0-9a-f]{8}$"
        },
        "sha256": {
          "description": "sha256 of the secret part, 256 random bits.",
          "type": "string",
          "pattern": "^[0-9a-f]{64}$"
        },
        "scopes": {
          "description": "What it may do.",
          "type": "array",
          "minItems": 1,
          "items": {
            "enum": [
              "read",
              "write",
              "admin"
            ]
          }
        },
        "namespace": {
          "description": "Where its writes land. Everybody reads `trusted`; any other namespace is read by its own tokens alone.",
          "type": "string",
          "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"
        },
        "note": {
          "description": "Who or what it is for.",
          "type": "string",
          "maxLength": 200
        },
        "expires": {
          "description": "Time from which it is refused, ISO 8601.",
          "type": "string",
          "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$"
        },
        "requestsPerMinute": {
          "description": "In place of the server's own limit.",
          "type": "integer",
          "minimum": 1
        },
        "uploadBytesPerHour": {
          "description": "In place of the server's own limit.",
          "type": "integer",
          "minimum": 1
        },
        "maxBlobBytes": {
          "description": "In place of the server's own limit, where it is smaller.",
          "type": "integer",
          "minimum": 1
        }
      }
    }
  }
} as const;
