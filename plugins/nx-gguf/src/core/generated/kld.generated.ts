// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Lower-case hexadecimal sha256.
 */
export type Sha256 = string;

/**
 * What llama-perplexity printed about one variant against the unquantized model, and what it was measured on. Equal measurements have equal bytes.
 */
export interface KldResult {
  /**
   * This schema, for editors.
   */
  $schema?: string;
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * Where the figures come from: all of this file are as llama-perplexity printed them, with the decimals that it prints.
   */
  method: 'llama-perplexity';
  subject: KldSubject;
  statistics: KldStatistics;
  running: RunningValues;
}
/**
 * What the figures belong to: the model, the unquantized model, the text, the settings and the digest of the tools' identity. Two results can be compared when all but `variant` is equal.
 */
export interface KldSubject {
  /**
   * The model that was measured, or its shards.
   *
   * @maxItems 100000
   */
  variant: MeasuredFile[];
  /**
   * The unquantized model it was compared with, or its shards.
   *
   * @maxItems 100000
   */
  base: MeasuredFile[];
  corpus: MeasuredFile;
  parameters: KldParameters;
  toolchain: Sha256;
}
/**
 * A file that was measured or measured with.
 */
export interface MeasuredFile {
  /**
   * Its name in the manifest it comes from.
   */
  name: string;
  sha256: Sha256;
}
/**
 * What the tool was told that can change a digit.
 */
export interface KldParameters {
  /**
   * Tokens in a chunk.
   */
  ctx: number;
  /**
   * Chunks asked for; -1 for all of the text.
   */
  chunks: number;
  /**
   * Logical batch size in tokens.
   */
  batch: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch: number;
  [k: string]: string | number | boolean;
}
/**
 * Everything llama-perplexity prints about a variant in the end (follows kl_divergence of tools/perplexity/perplexity.cpp). `kldNats` is the KL divergence of the variant's token probabilities from the base's, `deltaProbabilityPercent` the change of the probability of the right token from base to variant in percentage points, `sameTopPercent` the share of tokens for which both put the same token first.
 */
export interface KldStatistics {
  /**
   * Chunks of text that were compared.
   */
  chunks: number;
  /**
   * Tokens in a chunk.
   */
  ctx: number;
  /**
   * Tokens that were compared: of each chunk the second half without the last one.
   */
  tokens: number;
  perplexity: PerplexityStatistics;
  kldNats: Distribution;
  deltaProbabilityPercent: DetailedDistribution;
  sameTopPercent: Estimate;
}
/**
 * Perplexity of variant and base over the compared tokens: the logarithm of their ratio, their ratio and their difference are variant to base.
 */
export interface PerplexityStatistics {
  variant: Estimate;
  base: Estimate;
  /**
   * Correlation of the logarithms of both perplexities, in percent.
   */
  correlationPercent: number;
  logRatio: Estimate;
  ratio: Estimate;
  difference: Estimate;
}
/**
 * A value with its standard error.
 */
export interface Estimate {
  /**
   * The estimate.
   */
  value: number;
  /**
   * Its standard error; null where the tool could not compute one.
   */
  error: number | null;
}
/**
 * How a quantity is spread over the compared tokens. The error of the mean is that of independent tokens.
 */
export interface Distribution {
  mean: Estimate;
  /**
   * KL divergence of the worst token, in nats.
   */
  maximum: number;
  /**
   * KL divergence that 99.9 % of the tokens are at or below, in nats.
   */
  percentile99_9: number;
  /**
   * KL divergence that 99 % of the tokens are at or below, in nats.
   */
  percentile99: number;
  /**
   * KL divergence that 95 % of the tokens are at or below, in nats.
   */
  percentile95: number;
  /**
   * KL divergence that 90 % of the tokens are at or below, in nats.
   */
  percentile90: number;
  /**
   * KL divergence that half of the tokens are at or below, in nats.
   */
  median: number;
  /**
   * KL divergence that 10 % of the tokens are at or below, in nats.
   */
  percentile10: number;
  /**
   * KL divergence that 5 % of the tokens are at or below, in nats.
   */
  percentile5: number;
  /**
   * KL divergence that 1 % of the tokens are at or below, in nats.
   */
  percentile1: number;
  /**
   * KL divergence that 0.1 % of the tokens are at or below, in nats.
   */
  percentile0_1: number;
  /**
   * KL divergence of the closest token, in nats.
   */
  minimum: number;
}
/**
 * The same with quartiles and root mean square.
 */
export interface DetailedDistribution {
  mean: Estimate;
  /**
   * Largest change of the right token's probability, in percentage points.
   */
  maximum: number;
  /**
   * Change of the right token's probability that 99.9 % of the tokens are at or below, in percentage points.
   */
  percentile99_9: number;
  /**
   * Change of the right token's probability that 99 % of the tokens are at or below, in percentage points.
   */
  percentile99: number;
  /**
   * Change of the right token's probability that 95 % of the tokens are at or below, in percentage points.
   */
  percentile95: number;
  /**
   * Change of the right token's probability that 90 % of the tokens are at or below, in percentage points.
   */
  percentile90: number;
  /**
   * Change of the right token's probability that 75 % of the tokens are at or below, in percentage points.
   */
  percentile75: number;
  /**
   * Change of the right token's probability that half of the tokens are at or below, in percentage points.
   */
  median: number;
  /**
   * Change of the right token's probability that 25 % of the tokens are at or below, in percentage points.
   */
  percentile25: number;
  /**
   * Change of the right token's probability that 10 % of the tokens are at or below, in percentage points.
   */
  percentile10: number;
  /**
   * Change of the right token's probability that 5 % of the tokens are at or below, in percentage points.
   */
  percentile5: number;
  /**
   * Change of the right token's probability that 1 % of the tokens are at or below, in percentage points.
   */
  percentile1: number;
  /**
   * Change of the right token's probability that 0.1 % of the tokens are at or below, in percentage points.
   */
  percentile0_1: number;
  /**
   * Smallest change of the right token's probability, in percentage points.
   */
  minimum: number;
  rms: Estimate;
}
/**
 * What the tool printed after each chunk, over all chunks so far, with few decimals: four of the variant's perplexity, five of the logarithm of the ratio and of the mean KL divergence, three of the root mean square of Δp and of the share of tokens with the same first token.
 */
export interface RunningValues {
  perplexity: RunningSeries;
  logRatio: RunningSeries;
  kldNats: RunningSeries;
  deltaProbabilityRmsPercent: RunningSeries;
  sameTopPercent: RunningSeries;
}
/**
 * One number for each chunk, in order.
 */
export interface RunningSeries {
  /**
   * The value after each chunk.
   *
   * @maxItems 10000000
   */
  values: number[];
  /**
   * Its standard error; null where the tool could not compute one.
   *
   * @maxItems 10000000
   */
  errors: (number | null)[];
}

/** The schema itself. */
export const kldSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "kld.schema.json",
  "title": "KldResult",
  "description": "What llama-perplexity printed about one variant against the unquantized model, and what it was measured on. Equal measurements have equal bytes.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "method",
    "subject",
    "statistics",
    "running"
  ],
  "properties": {
    "$schema": {
      "description": "This schema, for editors.",
      "type": "string"
    },
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "method": {
      "description": "Where the figures come from: all of this file are as llama-perplexity printed them, with the decimals that it prints.",
      "const": "llama-perplexity"
    },
    "subject": {
      "$ref": "#/definitions/subject"
    },
    "statistics": {
      "$ref": "#/definitions/statistics"
    },
    "running": {
      "$ref": "#/definitions/running"
    }
  },
  "definitions": {
    "sha256": {
      "description": "Lower-case hexadecimal sha256.",
      "type": "string",
      "pattern": "^[0-9a-f]{64}$"
    },
    "file": {
      "title": "MeasuredFile",
      "description": "A file that was measured or measured with.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "sha256"
      ],
      "properties": {
        "name": {
          "description": "Its name in the manifest it comes from.",
          "type": "string",
          "minLength": 1,
          "maxLength": 1024
        },
        "sha256": {
          "$ref": "#/definitions/sha256"
        }
      }
    },
    "subject": {
      "title": "KldSubject",
      "description": "What the figures belong to: the model, the unquantized model, the text, the settings and the digest of the tools' identity. Two results can be compared when all but `variant` is equal.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "variant",
        "base",
        "corpus",
        "parameters",
        "toolchain"
      ],
      "properties": {
        "variant": {
          "description": "The model that was measured, or its shards.",
          "type": "array",
          "maxItems": 100000,
          "items": {
            "$ref": "#/definitions/file"
          }
        },
        "base": {
          "description": "The unquantized model it was compared with, or its shards.",
          "type": "array",
          "maxItems": 100000,
          "items": {
            "$ref": "#/definitions/file"
          }
        },
        "corpus": {
          "$ref": "#/definitions/file"
        },
        "parameters": {
          "$ref": "#/definitions/parameters"
        },
        "toolchain": {
          "$ref": "#/definitions/sha256"
        }
      }
    },
    "parameters": {
      "title": "KldParameters",
      "description": "What the tool was told that can change a digit.",
      "type": "object",
      "required": [
        "ctx",
        "chunks",
        "batch",
        "ubatch"
      ],
      "properties": {
        "ctx": {
          "description": "Tokens in a chunk.",
          "type": "integer",
          "minimum": 2,
          "maximum": 9007199254740991
        },
        "chunks": {
          "description": "Chunks asked for; -1 for all of the text.",
          "type": "integer",
          "minimum": -1
        },
        "batch": {
          "description": "Logical batch size in tokens.",
          "type": "integer",
          "minimum": 1,
          "maximum": 9007199254740991
        },
        "ubatch": {
          "description": "Physical batch size in tokens.",
          "type": "integer",
          "minimum": 1,
          "maximum": 9007199254740991
        }
      },
      "additionalProperties": {
        "type": [
          "string",
          "number",
          "boolean"
        ]
      }
    },
    "estimate": {
      "title": "Estimate",
      "description": "A value with its standard error.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "value",
        "error"
      ],
      "properties": {
        "value": {
          "description": "The estimate.",
          "type": "number"
        },
        "error": {
          "description": "Its standard error; null where the tool could not compute one.",
          "type": [
            "number",
            "null"
          ]
        }
      }
    },
    "distribution": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "Distribution",
      "description": "How a quantity is spread over the compared tokens. The error of the mean is that of independent tokens.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "mean",
        "maximum",
        "percentile99_9",
        "percentile99",
        "percentile95",
        "percentile90",
        "median",
        "percentile10",
        "percentile5",
        "percentile1",
        "percentile0_1",
        "minimum"
      ],
      "properties": {
        "mean": {
          "$ref": "#/definitions/estimate"
        },
        "maximum": {
          "description": "KL divergence of the worst token, in nats.",
          "type": "number"
        },
        "percentile99_9": {
          "description": "KL divergence that 99.9 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile99": {
          "description": "KL divergence that 99 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile95": {
          "description": "KL divergence that 95 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile90": {
          "description": "KL divergence that 90 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "median": {
          "description": "KL divergence that half of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile10": {
          "description": "KL divergence that 10 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile5": {
          "description": "KL divergence that 5 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile1": {
          "description": "KL divergence that 1 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "percentile0_1": {
          "description": "KL divergence that 0.1 % of the tokens are at or below, in nats.",
          "type": "number"
        },
        "minimum": {
          "description": "KL divergence of the closest token, in nats.",
          "type": "number"
        }
      }
    },
    "detailedDistribution": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "DetailedDistribution",
      "description": "The same with quartiles and root mean square.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "mean",
        "maximum",
        "percentile99_9",
        "percentile99",
        "percentile95",
        "percentile90",
        "percentile75",
        "median",
        "percentile25",
        "percentile10",
        "percentile5",
        "percentile1",
        "percentile0_1",
        "minimum",
        "rms"
      ],
      "properties": {
        "mean": {
          "$ref": "#/definitions/estimate"
        },
        "maximum": {
          "description": "Largest change of the right token's probability, in percentage points.",
          "type": "number"
        },
        "percentile99_9": {
          "description": "Change of the right token's probability that 99.9 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile99": {
          "description": "Change of the right token's probability that 99 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile95": {
          "description": "Change of the right token's probability that 95 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile90": {
          "description": "Change of the right token's probability that 90 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile75": {
          "description": "Change of the right token's probability that 75 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "median": {
          "description": "Change of the right token's probability that half of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile25": {
          "description": "Change of the right token's probability that 25 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile10": {
          "description": "Change of the right token's probability that 10 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile5": {
          "description": "Change of the right token's probability that 5 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile1": {
          "description": "Change of the right token's probability that 1 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "percentile0_1": {
          "description": "Change of the right token's probability that 0.1 % of the tokens are at or below, in percentage points.",
          "type": "number"
        },
        "minimum": {
          "description": "Smallest change of the right token's probability, in percentage points.",
          "type": "number"
        },
        "rms": {
          "$ref": "#/definitions/estimate"
        }
      }
    },
    "perplexities": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "PerplexityStatistics",
      "description": "Perplexity of variant and base over the compared tokens: the logarithm of their ratio, their ratio and their difference are variant to base.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "variant",
        "base",
        "correlationPercent",
        "logRatio",
        "ratio",
        "difference"
      ],
      "properties": {
        "variant": {
          "$ref": "#/definitions/estimate"
        },
        "base": {
          "$ref": "#/definitions/estimate"
        },
        "correlationPercent": {
          "description": "Correlation of the logarithms of both perplexities, in percent.",
          "type": "number"
        },
        "logRatio": {
          "$ref": "#/definitions/estimate"
        },
        "ratio": {
          "$ref": "#/definitions/estimate"
        },
        "difference": {
          "$ref": "#/definitions/estimate"
        }
      }
    },
    "statistics": {
      "title": "KldStatistics",
      "description": "Everything llama-perplexity prints about a variant in the end (follows kl_divergence of tools/perplexity/perplexity.cpp). `kldNats` is the KL divergence of the variant's token probabilities from the base's, `deltaProbabilityPercent` the change of the probability of the right token from base to variant in percentage points, `sameTopPercent` the share of tokens for which both put the same token first.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "chunks",
        "ctx",
        "tokens",
        "perplexity",
        "kldNats",
        "deltaProbabilityPercent",
        "sameTopPercent"
      ],
      "properties": {
        "chunks": {
          "description": "Chunks of text that were compared.",
          "type": "integer",
          "minimum": 1,
          "maximum": 9007199254740991
        },
        "ctx": {
          "description": "Tokens in a chunk.",
          "type": "integer",
          "minimum": 2,
          "maximum": 9007199254740991
        },
        "tokens": {
          "description": "Tokens that were compared: of each chunk the second half without the last one.",
          "type": "integer",
          "minimum": 1,
          "maximum": 9007199254740991
        },
        "perplexity": {
          "$ref": "#/definitions/perplexities"
        },
        "kldNats": {
          "$ref": "#/definitions/distribution"
        },
        "deltaProbabilityPercent": {
          "$ref": "#/definitions/detailedDistribution"
        },
        "sameTopPercent": {
          "$ref": "#/definitions/estimate"
        }
      }
    },
    "series": {
      "title": "RunningSeries",
      "description": "One number for each chunk, in order.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "values",
        "errors"
      ],
      "properties": {
        "values": {
          "description": "The value after each chunk.",
          "type": "array",
          "maxItems": 10000000,
          "items": {
            "type": "number"
          }
        },
        "errors": {
          "description": "Its standard error; null where the tool could not compute one.",
          "type": "array",
          "maxItems": 10000000,
          "items": {
            "type": [
              "number",
              "null"
            ]
          }
        }
      }
    },
    "running": {
      "title": "RunningValues",
      "description": "What the tool printed after each chunk, over all chunks so far, with few decimals: four of the variant's perplexity, five of the logarithm of the ratio and of the mean KL divergence, three of the root mean square of Δp and of the share of tokens with the same first token.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "perplexity",
        "logRatio",
        "kldNats",
        "deltaProbabilityRmsPercent",
        "sameTopPercent"
      ],
      "properties": {
        "perplexity": {
          "$ref": "#/definitions/series"
        },
        "logRatio": {
          "$ref": "#/definitions/series"
        },
        "kldNats": {
          "$ref": "#/definitions/series"
        },
        "deltaProbabilityRmsPercent": {
          "$ref": "#/definitions/series"
        },
        "sameTopPercent": {
          "$ref": "#/definitions/series"
        }
      }
    }
  }
} as const;
