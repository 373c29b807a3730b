// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Which of two models is closer to the unquantized one, chunk by chunk on the same text. Beside what llama-perplexity prints it holds figures that are computed from it; `method` says how. A sequential comparison stops when it is decided: its figures are those of a part of the text, and belong beside no others.
 */
export type Comparison = FullComparison | SequentialComparison;
/**
 * Name of a variant or a reference.
 */
export type Name = string;
/**
 * A metric that is a mean over chunks, so that two models can be compared by it chunk by chunk.
 */
export type PairedMetric = 'meanKld' | 'logPerplexityRatio' | 'sameTopPercent';
/**
 * One of the two, or null while the data decide for neither.
 */
export type Side = 'a' | 'b' | null;

/**
 * A comparison of two complete measurements: a difference with error and interval for each figure that is known for single chunks. Percentiles are not.
 */
export interface FullComparison {
  /**
   * Format version of this file.
   */
  format: 1;
  mode: 'full';
  /**
   * How error, interval and confidence are computed. llama-perplexity prints none of them for a difference.
   */
  method: 'studentized circular block bootstrap over chunks';
  a: Name;
  b: Name;
  /**
   * Chunks that were compared.
   */
  chunks: number;
  /**
   * Tokens that were compared.
   */
  tokens: number;
  /**
   * The confidence that was asked for.
   */
  confidencePercent: number;
  /**
   * In the order they are shown.
   */
  metrics: ComparedMetric[];
}
/**
 * One figure of both sides, as llama-perplexity printed it, and their difference a - b.
 */
export interface ComparedMetric {
  metric: PairedMetric;
  a: ComparedValue;
  b: ComparedValue;
  /**
   * Null below 8 chunks.
   */
  difference: BootstrappedDifference | null;
  closer: Side;
}
/**
 * A printed value with its printed error, which takes tokens as independent, and the error by the block bootstrap, which does not; null below 8 chunks.
 */
export interface ComparedValue {
  value: number;
  error: number | null;
  blockError: number | null;
}
/**
 * A mean with error and interval by the block bootstrap.
 */
export interface BootstrappedDifference {
  /**
   * Mean of a - b.
   */
  mean: number;
  /**
   * Standard error. The rounding of printed digits is in it, so it is rather too large.
   */
  error: number;
  /**
   * At the confidence asked for; null where too many blocks are equal.
   */
  interval: Interval | null;
  /**
   * The largest confidence of an interval that leaves zero out; 0 when none does.
   */
  confidencePercent: number;
  /**
   * The most that printed digits can have moved the mean; the interval is wider by it.
   */
  roundingBound: number;
  /**
   * Chunks in a block.
   */
  blockChunks: number;
  /**
   * Blocks in a resample.
   */
  blocks: number;
  /**
   * Resamples that interval and confidence come from.
   */
  resamples: number;
}
/**
 * Bounds of a confidence interval.
 */
export interface Interval {
  low: number;
  high: number;
}
/**
 * A comparison that ended as soon as it was decided, or when its chunks were spent.
 */
export interface SequentialComparison {
  /**
   * Format version of this file.
   */
  format: 1;
  mode: 'sequential';
  /**
   * How the interval is computed: it holds at all looks together.
   */
  method: 'asymptotic confidence sequence over batches of chunks';
  a: Name;
  b: Name;
  /**
   * Chunks after which it stopped.
   */
  chunks: number;
  /**
   * Tokens that were compared.
   */
  tokens: number;
  /**
   * Confidence over all looks together.
   */
  confidencePercent: number;
  /**
   * Chunks that it might have taken.
   */
  budgetChunks: number;
  /**
   * Chunks between two looks.
   */
  batchChunks: number;
  /**
   * Running means when it stopped, in nats: of the chunks so far, not of the text.
   */
  meanKld: {
    a: number;
    b: number;
  };
  /**
   * Mean of a - b in nats.
   */
  difference: number;
  interval: Interval;
  closer: Side;
}

/** The schema itself. */
export const comparisonSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "comparison.schema.json",
  "title": "Comparison",
  "description": "Which of two models is closer to the unquantized one, chunk by chunk on the same text. Beside what llama-perplexity prints it holds figures that are computed from it; `method` says how. A sequential comparison stops when it is decided: its figures are those of a part of the text, and belong beside no others.",
  "type": "object",
  "required": [
    "mode"
  ],
  "discriminator": {
    "propertyName": "mode"
  },
  "oneOf": [
    {
      "$ref": "#/definitions/full"
    },
    {
      "$ref": "#/definitions/sequential"
    }
  ],
  "definitions": {
    "name": {
      "description": "Name of a variant or a reference.",
      "type": "string",
      "minLength": 1,
      "maxLength": 64
    },
    "side": {
      "description": "One of the two, or null while the data decide for neither.",
      "enum": [
        "a",
        "b",
        null
      ]
    },
    "percent": {
      "description": "A confidence, two-sided.",
      "type": "number",
      "minimum": 0,
      "maximum": 100
    },
    "count": {
      "description": "A whole number.",
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991
    },
    "full": {
      "title": "FullComparison",
      "description": "A comparison of two complete measurements: a difference with error and interval for each figure that is known for single chunks. Percentiles are not.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "format",
        "mode",
        "method",
        "a",
        "b",
        "chunks",
        "tokens",
        "confidencePercent",
        "metrics"
      ],
      "properties": {
        "format": {
          "description": "Format version of this file.",
          "const": 1
        },
        "mode": {
          "const": "full"
        },
        "method": {
          "description": "How error, interval and confidence are computed. llama-perplexity prints none of them for a difference.",
          "const": "studentized circular block bootstrap over chunks"
        },
        "a": {
          "$ref": "#/definitions/name"
        },
        "b": {
          "$ref": "#/definitions/name"
        },
        "chunks": {
          "description": "Chunks that were compared.",
          "$ref": "#/definitions/count"
        },
        "tokens": {
          "description": "Tokens that were compared.",
          "$ref": "#/definitions/count"
        },
        "confidencePercent": {
          "description": "The confidence that was asked for.",
          "$ref": "#/definitions/percent"
        },
        "metrics": {
          "description": "In the order they are shown.",
          "type": "array",
          "items": {
            "$ref": "#/definitions/metric"
          }
        }
      }
    },
    "pairedMetric": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "PairedMetric",
      "description": "A metric that is a mean over chunks, so that two models can be compared by it chunk by chunk.",
      "enum": [
        "meanKld",
        "logPerplexityRatio",
        "sameTopPercent"
      ]
    },
    "metric": {
      "title": "ComparedMetric",
      "description": "One figure of both sides, as llama-perplexity printed it, and their difference a - b.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "metric",
        "a",
        "b",
        "difference",
        "closer"
      ],
      "properties": {
        "metric": {
          "$ref": "#/definitions/pairedMetric"
        },
        "a": {
          "$ref": "#/definitions/sideValue"
        },
        "b": {
          "$ref": "#/definitions/sideValue"
        },
        "difference": {
          "description": "Null below 8 chunks.",
          "oneOf": [
            {
              "$ref": "#/definitions/difference"
            },
            {
              "type": "null"
            }
          ]
        },
        "closer": {
          "$ref": "#/definitions/side"
        }
      }
    },
    "sideValue": {
      "title": "ComparedValue",
      "description": "A printed value with its printed error, which takes tokens as independent, and the error by the block bootstrap, which does not; null below 8 chunks.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "value",
        "error",
        "blockError"
      ],
      "properties": {
        "value": {
          "type": "number"
        },
        "error": {
          "type": [
            "number",
            "null"
          ]
        },
        "blockError": {
          "type": [
            "number",
            "null"
          ]
        }
      }
    },
    "interval": {
      "title": "Interval",
      "description": "Bounds of a confidence interval.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "low",
        "high"
      ],
      "properties": {
        "low": {
          "type": "number"
        },
        "high": {
          "type": "number"
        }
      }
    },
    "difference": {
      "title": "BootstrappedDifference",
      "description": "A mean with error and interval by the block bootstrap.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "mean",
        "error",
        "interval",
        "confidencePercent",
        "roundingBound",
        "blockChunks",
        "blocks",
        "resamples"
      ],
      "properties": {
        "mean": {
          "description": "Mean of a - b.",
          "type": "number"
        },
        "error": {
          "description": "Standard error. The rounding of printed digits is in it, so it is rather too large.",
          "type": "number",
          "minimum": 0
        },
        "interval": {
          "description": "At the confidence asked for; null where too many blocks are equal.",
          "oneOf": [
            {
              "$ref": "#/definitions/interval"
            },
            {
              "type": "null"
            }
          ]
        },
        "confidencePercent": {
          "description": "The largest confidence of an interval that leaves zero out; 0 when none does.",
          "$ref": "#/definitions/percent"
        },
        "roundingBound": {
          "description": "The most that printed digits can have moved the mean; the interval is wider by it.",
          "type": "number",
          "minimum": 0
        },
        "blockChunks": {
          "description": "Chunks in a block.",
          "$ref": "#/definitions/count"
        },
        "blocks": {
          "description": "Blocks in a resample.",
          "$ref": "#/definitions/count"
        },
        "resamples": {
          "description": "Resamples that interval and confidence come from.",
          "$ref": "#/definitions/count"
        }
      }
    },
    "sequential": {
      "title": "SequentialComparison",
      "description": "A comparison that ended as soon as it was decided, or when its chunks were spent.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "format",
        "mode",
        "method",
        "a",
        "b",
        "chunks",
        "tokens",
        "confidencePercent",
        "budgetChunks",
        "batchChunks",
        "meanKld",
        "difference",
        "interval",
        "closer"
      ],
      "properties": {
        "format": {
          "description": "Format version of this file.",
          "const": 1
        },
        "mode": {
          "const": "sequential"
        },
        "method": {
          "description": "How the interval is computed: it holds at all looks together.",
          "const": "asymptotic confidence sequence over batches of chunks"
        },
        "a": {
          "$ref": "#/definitions/name"
        },
        "b": {
          "$ref": "#/definitions/name"
        },
        "chunks": {
          "description": "Chunks after which it stopped.",
          "$ref": "#/definitions/count"
        },
        "tokens": {
          "description": "Tokens that were compared.",
          "$ref": "#/definitions/count"
        },
        "confidencePercent": {
          "description": "Confidence over all looks together.",
          "$ref": "#/definitions/percent"
        },
        "budgetChunks": {
          "description": "Chunks that it might have taken.",
          "$ref": "#/definitions/count"
        },
        "batchChunks": {
          "description": "Chunks between two looks.",
          "$ref": "#/definitions/count"
        },
        "meanKld": {
          "description": "Running means when it stopped, in nats: of the chunks so far, not of the text.",
          "type": "object",
          "additionalProperties": false,
          "required": [
            "a",
            "b"
          ],
          "properties": {
            "a": {
              "type": "number"
            },
            "b": {
              "type": "number"
            }
          }
        },
        "difference": {
          "description": "Mean of a - b in nats.",
          "type": "number"
        },
        "interval": {
          "$ref": "#/definitions/interval"
        },
        "closer": {
          "$ref": "#/definitions/side"
        }
      }
    }
  }
} as const;
