// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Name of a variant or a reference.
 */
export type Name = string;
/**
 * A metric that gates can name.
 */
export type GateMetric =
  | 'meanKld'
  | 'percentile99_9Kld'
  | 'percentile99Kld'
  | 'maximumKld'
  | 'perplexityRatio'
  | 'rmsDeltaProbabilityPercent'
  | 'sameTopPercent'
  | 'size'
  | 'bitsPerWeight';

/**
 * What was required of the variants of a model, what was measured, and by how much it was missed.
 */
export interface GateResult {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * Measured values against limits, as they are: standard errors are shown, and play no part.
   */
  method: 'measured value against limit';
  /**
   * True when every check holds.
   */
  passed: boolean;
  /**
   * By name of the variant, then declared limits before relative ones.
   *
   * @minItems 1
   * @maxItems 100000
   */
  checks: [GateCheck, ...GateCheck[]];
}
/**
 * One requirement and what came of it. Sizes are in bytes.
 */
export interface GateCheck {
  variant: Name;
  metric: GateMetric;
  relation: 'atMost' | 'atLeast';
  /**
   * Null when what it is computed from was not measured, or was measured differently.
   */
  limit: number | null;
  /**
   * Whose value the limit is computed from, and what was allowed; null for a limit that was declared.
   */
  than: GateThan | null;
  /**
   * In what the measurement of the other side differs from this one's, so that the two cannot be compared; the check then fails. Empty when they can.
   *
   * @maxItems 100
   */
  apart: string[];
  /**
   * Null when it was not measured; the check then fails.
   */
  measured: number | null;
  /**
   * Standard error of what was measured, where there is one.
   */
  error: number | null;
  passed: boolean;
  /**
   * How far the measured value is beyond the limit; null when it is not, or when one of them is not known.
   */
  missedBy: number | null;
}
/**
 * The other side of a relative requirement.
 */
export interface GateThan {
  name: Name;
  /**
   * Its value; null when it was not measured.
   */
  value: number | null;
  /**
   * What was allowed, as it was declared.
   */
  by: number | string;
}

/** The schema itself. */
export const gateSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "gate.schema.json",
  "title": "GateResult",
  "description": "What was required of the variants of a model, what was measured, and by how much it was missed.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "method",
    "passed",
    "checks"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "method": {
      "description": "Measured values against limits, as they are: standard errors are shown, and play no part.",
      "const": "measured value against limit"
    },
    "passed": {
      "description": "True when every check holds.",
      "type": "boolean"
    },
    "checks": {
      "description": "By name of the variant, then declared limits before relative ones.",
      "type": "array",
      "minItems": 1,
      "maxItems": 100000,
      "items": {
        "$ref": "#/definitions/check"
      }
    }
  },
  "definitions": {
    "name": {
      "description": "Name of a variant or a reference.",
      "type": "string",
      "minLength": 1,
      "maxLength": 64
    },
    "gateMetric": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "GateMetric",
      "description": "A metric that gates can name.",
      "enum": [
        "meanKld",
        "percentile99_9Kld",
        "percentile99Kld",
        "maximumKld",
        "perplexityRatio",
        "rmsDeltaProbabilityPercent",
        "sameTopPercent",
        "size",
        "bitsPerWeight"
      ]
    },
    "check": {
      "title": "GateCheck",
      "description": "One requirement and what came of it. Sizes are in bytes.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "variant",
        "metric",
        "relation",
        "limit",
        "than",
        "apart",
        "measured",
        "error",
        "passed",
        "missedBy"
      ],
      "properties": {
        "variant": {
          "$ref": "#/definitions/name"
        },
        "metric": {
          "$ref": "#/definitions/gateMetric"
        },
        "relation": {
          "enum": [
            "atMost",
            "atLeast"
          ]
        },
        "limit": {
          "description": "Null when what it is computed from was not measured, or was measured differently.",
          "type": [
            "number",
            "null"
          ]
        },
        "than": {
          "description": "Whose value the limit is computed from, and what was allowed; null for a limit that was declared.",
          "oneOf": [
            {
              "$ref": "#/definitions/than"
            },
            {
              "type": "null"
            }
          ]
        },
        "apart": {
          "description": "In what the measurement of the other side differs from this one's, so that the two cannot be compared; the check then fails. Empty when they can.",
          "type": "array",
          "maxItems": 100,
          "items": {
            "type": "string",
            "minLength": 1
          }
        },
        "measured": {
          "description": "Null when it was not measured; the check then fails.",
          "type": [
            "number",
            "null"
          ]
        },
        "error": {
          "description": "Standard error of what was measured, where there is one.",
          "type": [
            "number",
            "null"
          ]
        },
        "passed": {
          "type": "boolean"
        },
        "missedBy": {
          "description": "How far the measured value is beyond the limit; null when it is not, or when one of them is not known.",
          "type": [
            "number",
            "null"
          ]
        }
      }
    },
    "than": {
      "title": "GateThan",
      "description": "The other side of a relative requirement.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "value",
        "by"
      ],
      "properties": {
        "name": {
          "$ref": "#/definitions/name"
        },
        "value": {
          "description": "Its value; null when it was not measured.",
          "type": [
            "number",
            "null"
          ]
        },
        "by": {
          "description": "What was allowed, as it was declared.",
          "type": [
            "number",
            "string"
          ]
        }
      }
    }
  }
} as const;
