// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * The GGUF that was measured, or its shards.
 *
 * @maxItems 100000
 */
export type Files = BenchFile[];

/**
 * Which of two models is faster on one machine, measured in alternation so that what else the machine does meets both.
 */
export interface BenchComparison {
  /**
   * This schema, for editors.
   */
  $schema?: string;
  /**
   * Format version of this file.
   */
  format: 1;
  a: ComparedModel;
  b: ComparedModel;
  machine: Machine;
  runtime: BenchRuntime;
  load: MachineLoad;
  /**
   * Each pair is a run of either model, one after the other, in the order A B, B A, A B, …; a run's speed is the median of its repetitions. The ratio is the geometric mean of the pairs' ratios, its interval that of Student's t over their logarithms.
   */
  method: 'alternating pairs, t interval of log ratios';
  /**
   * In the order in which they ran.
   *
   * @maxItems 1024
   */
  tests: ComparedTest[];
}
/**
 * One of the two models.
 */
export interface ComparedModel {
  /**
   * The variant or the reference.
   */
  name: string;
  files: Files;
  model: BenchModel;
}
/**
 * A file by its digest.
 */
export interface BenchFile {
  /**
   * Its name in the manifest it comes from.
   */
  name: string;
  /**
   * Lower-case hexadecimal sha256.
   */
  sha256: string;
}
/**
 * What the tool calls the model.
 */
export interface BenchModel {
  /**
   * Architecture, size and file type in the tool's words.
   */
  type: string;
  /**
   * Tensor data.
   */
  sizeBytes: number;
  /**
   * Number of weights.
   */
  parameters: number;
}
/**
 * A machine as far as its speed depends on it; no name of host or user. Machines of equal descriptions count as one.
 */
export interface Machine {
  /**
   * Model of the CPU in the system's words.
   */
  cpu: string;
  /**
   * Logical cores that a process may use.
   */
  cores: number;
  /**
   * Memory, rounded.
   */
  memoryGiB: number;
  /**
   * As Node names it: linux, darwin, win32.
   */
  os: string;
  /**
   * As Node names it: x64, arm64.
   */
  arch: string;
  /**
   * Graphics cards on the PCI bus, vendor:device; empty where the system does not tell.
   *
   * @maxItems 256
   */
  graphics: string[];
}
/**
 * What the tool ran on and how, as it reports it.
 */
export interface BenchRuntime {
  /**
   * Digest of the identity of the build of llama.cpp.
   */
  toolchain: string;
  /**
   * Backends that were loaded, beside that for the CPU.
   */
  backends: string;
  /**
   * The CPU in the tool's words.
   */
  cpu: string;
  /**
   * The GPUs in the tool's words; empty without one.
   */
  gpu: string;
  threads: number;
  /**
   * Logical batch size in tokens.
   */
  batch: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch: number;
  /**
   * Layers on the GPU; -1 leaves it to the tool.
   */
  gpuLayers: number;
  flashAttention: 'on' | 'off' | 'auto';
  /**
   * Devices that were asked for, or auto.
   */
  devices: string;
  cacheTypeK: string;
  cacheTypeV: string;
  /**
   * Samples of each test.
   */
  repetitions: number;
}
/**
 * What else the machine did in the second before the measurement.
 */
export interface MachineLoad {
  /**
   * Cores that were busy on average.
   */
  busyCores: number;
  /**
   * False when more than a tenth of the cores was busy: the figures are too low, and vary.
   */
  isQuiet: boolean;
}
/**
 * A test of both models.
 */
export interface ComparedTest {
  test: BenchTestKind;
  /**
   * In the order in which they ran.
   *
   * @maxItems 1000
   */
  pairs: SpeedPair[];
  ratio: SpeedRatio;
}
/**
 * What a test times.
 */
export interface BenchTestKind {
  /**
   * Tokens of the prompt that is processed, or 0.
   */
  promptTokens: number;
  /**
   * Tokens that are generated one by one, or 0.
   */
  generatedTokens: number;
  /**
   * Tokens that are in the context before.
   */
  depthTokens: number;
}
/**
 * A run of either model, in tokens a second.
 */
export interface SpeedPair {
  /**
   * Which of the two ran first.
   */
  first: 'a' | 'b';
  a: number;
  b: number;
}
/**
 * Speed of A in units of that of B.
 */
export interface SpeedRatio {
  /**
   * Geometric mean over the pairs.
   */
  value: number;
  /**
   * Lower end of the interval.
   */
  low: number;
  /**
   * Upper end of the interval.
   */
  high: number;
  /**
   * Of the interval, for this test alone.
   */
  confidence: 0.95;
  /**
   * `undecided` when the interval holds 1: the pairs do not tell the two apart.
   */
  verdict: 'a' | 'b' | 'undecided';
}

/** The schema itself. */
export const benchComparisonSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "bench-comparison.schema.json",
  "title": "BenchComparison",
  "description": "Which of two models is faster on one machine, measured in alternation so that what else the machine does meets both.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "a",
    "b",
    "machine",
    "runtime",
    "load",
    "method",
    "tests"
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
    "a": {
      "$ref": "#/definitions/side"
    },
    "b": {
      "$ref": "#/definitions/side"
    },
    "machine": {
      "$ref": "bench.schema.json#/definitions/machine"
    },
    "runtime": {
      "$ref": "bench.schema.json#/definitions/runtime"
    },
    "load": {
      "$ref": "bench.schema.json#/definitions/load"
    },
    "method": {
      "description": "Each pair is a run of either model, one after the other, in the order A B, B A, A B, …; a run's speed is the median of its repetitions. The ratio is the geometric mean of the pairs' ratios, its interval that of Student's t over their logarithms.",
      "const": "alternating pairs, t interval of log ratios"
    },
    "tests": {
      "description": "In the order in which they ran.",
      "type": "array",
      "maxItems": 1024,
      "items": {
        "$ref": "#/definitions/comparedTest"
      }
    }
  },
  "definitions": {
    "side": {
      "title": "ComparedModel",
      "description": "One of the two models.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "files",
        "model"
      ],
      "properties": {
        "name": {
          "description": "The variant or the reference.",
          "type": "string",
          "minLength": 1,
          "maxLength": 256
        },
        "files": {
          "$ref": "bench.schema.json#/definitions/files"
        },
        "model": {
          "$ref": "bench.schema.json#/definitions/model"
        }
      }
    },
    "comparedTest": {
      "title": "ComparedTest",
      "description": "A test of both models.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "test",
        "pairs",
        "ratio"
      ],
      "properties": {
        "test": {
          "$ref": "bench.schema.json#/definitions/testKind"
        },
        "pairs": {
          "description": "In the order in which they ran.",
          "type": "array",
          "maxItems": 1000,
          "items": {
            "title": "SpeedPair",
            "description": "A run of either model, in tokens a second.",
            "type": "object",
            "additionalProperties": false,
            "required": [
              "first",
              "a",
              "b"
            ],
            "properties": {
              "first": {
                "description": "Which of the two ran first.",
                "enum": [
                  "a",
                  "b"
                ]
              },
              "a": {
                "type": "number",
                "exclusiveMinimum": 0
              },
              "b": {
                "type": "number",
                "exclusiveMinimum": 0
              }
            }
          }
        },
        "ratio": {
          "$ref": "#/definitions/ratio"
        }
      }
    },
    "ratio": {
      "title": "SpeedRatio",
      "description": "Speed of A in units of that of B.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "value",
        "low",
        "high",
        "confidence",
        "verdict"
      ],
      "properties": {
        "value": {
          "description": "Geometric mean over the pairs.",
          "type": "number",
          "exclusiveMinimum": 0
        },
        "low": {
          "description": "Lower end of the interval.",
          "type": "number",
          "exclusiveMinimum": 0
        },
        "high": {
          "description": "Upper end of the interval.",
          "type": "number",
          "exclusiveMinimum": 0
        },
        "confidence": {
          "description": "Of the interval, for this test alone.",
          "const": 0.95
        },
        "verdict": {
          "description": "`undecided` when the interval holds 1: the pairs do not tell the two apart.",
          "enum": [
            "a",
            "b",
            "undecided"
          ]
        }
      }
    }
  }
} as const;
