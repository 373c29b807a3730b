// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * The GGUF that was measured, or its shards.
 *
 * @maxItems 100000
 */
export type Files = BenchFile[];

/**
 * How fast llama-bench found one model on one machine. The figures say nothing about another machine.
 */
export interface BenchResult {
  /**
   * This schema, for editors.
   */
  $schema?: string;
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * The variant or the reference.
   */
  name: string;
  files: Files;
  model: BenchModel;
  machine: Machine;
  runtime: BenchRuntime;
  load: MachineLoad;
  /**
   * In the order in which they ran.
   *
   * @maxItems 1024
   */
  tests: BenchTest[];
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
 * A test and its speeds.
 */
export interface BenchTest {
  test: BenchTestKind;
  tokensPerSecond: Speeds;
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
 * Speeds in tokens a second, from the times that the tool took.
 */
export interface Speeds {
  /**
   * One for each repetition, in order.
   *
   * @maxItems 10000
   */
  samples: number[];
  mean: number;
  /**
   * Standard deviation of a sample (n - 1); null for a single one.
   */
  stddev: number | null;
  median: number;
}

/** The schema itself. */
export const benchSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "bench.schema.json",
  "title": "BenchResult",
  "description": "How fast llama-bench found one model on one machine. The figures say nothing about another machine.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "name",
    "files",
    "model",
    "machine",
    "runtime",
    "load",
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
    "name": {
      "description": "The variant or the reference.",
      "type": "string",
      "minLength": 1,
      "maxLength": 256
    },
    "files": {
      "$ref": "#/definitions/files"
    },
    "model": {
      "$ref": "#/definitions/model"
    },
    "machine": {
      "$ref": "#/definitions/machine"
    },
    "runtime": {
      "$ref": "#/definitions/runtime"
    },
    "load": {
      "$ref": "#/definitions/load"
    },
    "tests": {
      "description": "In the order in which they ran.",
      "type": "array",
      "maxItems": 1024,
      "items": {
        "$ref": "#/definitions/test"
      }
    }
  },
  "definitions": {
    "files": {
      "description": "The GGUF that was measured, or its shards.",
      "type": "array",
      "maxItems": 100000,
      "items": {
        "title": "BenchFile",
        "description": "A file by its digest.",
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
            "description": "Lower-case hexadecimal sha256.",
            "type": "string",
            "pattern": "^[0-9a-f]{64}$"
          }
        }
      }
    },
    "model": {
      "title": "BenchModel",
      "description": "What the tool calls the model.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "sizeBytes",
        "parameters"
      ],
      "properties": {
        "type": {
          "description": "Architecture, size and file type in the tool's words.",
          "type": "string",
          "maxLength": 256
        },
        "sizeBytes": {
          "description": "Tensor data.",
          "type": "integer",
          "minimum": 0,
          "maximum": 9007199254740991
        },
        "parameters": {
          "description": "Number of weights.",
          "type": "integer",
          "minimum": 0,
          "maximum": 9007199254740991
        }
      }
    },
    "machine": {
      "title": "Machine",
      "description": "A machine as far as its speed depends on it; no name of host or user. Machines of equal descriptions count as one.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "cpu",
        "cores",
        "memoryGiB",
        "os",
        "arch",
        "graphics"
      ],
      "properties": {
        "cpu": {
          "description": "Model of the CPU in the system's words.",
          "type": "string",
          "minLength": 1,
          "maxLength": 256
        },
        "cores": {
          "description": "Logical cores that a process may use.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1048576
        },
        "memoryGiB": {
          "description": "Memory, rounded.",
          "type": "integer",
          "minimum": 0,
          "maximum": 16777216
        },
        "os": {
          "description": "As Node names it: linux, darwin, win32.",
          "type": "string",
          "minLength": 1,
          "maxLength": 32
        },
        "arch": {
          "description": "As Node names it: x64, arm64.",
          "type": "string",
          "minLength": 1,
          "maxLength": 32
        },
        "graphics": {
          "description": "Graphics cards on the PCI bus, vendor:device; empty where the system does not tell.",
          "type": "array",
          "maxItems": 256,
          "items": {
            "type": "string",
            "pattern": "^[0-9a-f]{4}:[0-9a-f]{4}$"
          }
        }
      }
    },
    "runtime": {
      "title": "BenchRuntime",
      "description": "What the tool ran on and how, as it reports it.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "toolchain",
        "backends",
        "cpu",
        "gpu",
        "threads",
        "batch",
        "ubatch",
        "gpuLayers",
        "flashAttention",
        "devices",
        "cacheTypeK",
        "cacheTypeV",
        "repetitions"
      ],
      "properties": {
        "toolchain": {
          "description": "Digest of the identity of the build of llama.cpp.",
          "type": "string",
          "pattern": "^[0-9a-f]{64}$"
        },
        "backends": {
          "description": "Backends that were loaded, beside that for the CPU.",
          "type": "string",
          "maxLength": 256
        },
        "cpu": {
          "description": "The CPU in the tool's words.",
          "type": "string",
          "maxLength": 1024
        },
        "gpu": {
          "description": "The GPUs in the tool's words; empty without one.",
          "type": "string",
          "maxLength": 4096
        },
        "threads": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1048576
        },
        "batch": {
          "description": "Logical batch size in tokens.",
          "type": "integer",
          "minimum": 1
        },
        "ubatch": {
          "description": "Physical batch size in tokens.",
          "type": "integer",
          "minimum": 1
        },
        "gpuLayers": {
          "description": "Layers on the GPU; -1 leaves it to the tool.",
          "type": "integer"
        },
        "flashAttention": {
          "enum": [
            "on",
            "off",
            "auto"
          ]
        },
        "devices": {
          "description": "Devices that were asked for, or auto.",
          "type": "string",
          "maxLength": 1024
        },
        "cacheTypeK": {
          "type": "string",
          "maxLength": 32
        },
        "cacheTypeV": {
          "type": "string",
          "maxLength": 32
        },
        "repetitions": {
          "description": "Samples of each test.",
          "type": "integer",
          "minimum": 1
        }
      }
    },
    "load": {
      "title": "MachineLoad",
      "description": "What else the machine did in the second before the measurement.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "busyCores",
        "isQuiet"
      ],
      "properties": {
        "busyCores": {
          "description": "Cores that were busy on average.",
          "type": "number",
          "minimum": 0
        },
        "isQuiet": {
          "description": "False when more than a tenth of the cores was busy: the figures are too low, and vary.",
          "type": "boolean"
        }
      }
    },
    "testKind": {
      "title": "BenchTestKind",
      "description": "What a test times.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "promptTokens",
        "generatedTokens",
        "depthTokens"
      ],
      "properties": {
        "promptTokens": {
          "description": "Tokens of the prompt that is processed, or 0.",
          "type": "integer",
          "minimum": 0
        },
        "generatedTokens": {
          "description": "Tokens that are generated one by one, or 0.",
          "type": "integer",
          "minimum": 0
        },
        "depthTokens": {
          "description": "Tokens that are in the context before.",
          "type": "integer",
          "minimum": 0
        }
      }
    },
    "test": {
      "title": "BenchTest",
      "description": "A test and its speeds.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "test",
        "tokensPerSecond"
      ],
      "properties": {
        "test": {
          "$ref": "#/definitions/testKind"
        },
        "tokensPerSecond": {
          "title": "Speeds",
          "description": "Speeds in tokens a second, from the times that the tool took.",
          "type": "object",
          "additionalProperties": false,
          "required": [
            "samples",
            "mean",
            "stddev",
            "median"
          ],
          "properties": {
            "samples": {
              "description": "One for each repetition, in order.",
              "type": "array",
              "maxItems": 10000,
              "items": {
                "type": "number",
                "exclusiveMinimum": 0
              }
            },
            "mean": {
              "type": "number",
              "exclusiveMinimum": 0
            },
            "stddev": {
              "description": "Standard deviation of a sample (n - 1); null for a single one.",
              "type": [
                "number",
                "null"
              ],
              "minimum": 0
            },
            "median": {
              "type": "number",
              "exclusiveMinimum": 0
            }
          }
        }
      }
    }
  }
} as const;
