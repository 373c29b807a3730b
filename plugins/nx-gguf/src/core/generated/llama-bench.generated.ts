// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * What `llama-bench -o json` prints, as far as it is read (struct test of tools/llama-bench/llama-bench.cpp).
 *
 * @maxItems 1024
 */
export type LlamaBenchOutput = LlamaBenchTest[];

/**
 * One test.
 */
export interface LlamaBenchTest {
  cpu_info: string;
  gpu_info: string;
  backends: string;
  model_type: string;
  /**
   * Bytes of tensor data.
   */
  model_size: number;
  model_n_params: number;
  n_batch: number;
  n_ubatch: number;
  n_threads: number;
  type_k: string;
  type_v: string;
  n_gpu_layers: number;
  /**
   * llama_flash_attn_type: -1 auto, 0 off, 1 on.
   */
  flash_attn: -1 | 0 | 1;
  devices: string;
  n_prompt: number;
  n_gen: number;
  n_depth: number;
  /**
   * Time of each repetition in nanoseconds.
   *
   * @maxItems 10000
   */
  samples_ns: number[];
  [k: string]: unknown;
}

/** The schema itself. */
export const llamaBenchSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "llama-bench.schema.json",
  "title": "LlamaBenchOutput",
  "description": "What `llama-bench -o json` prints, as far as it is read (struct test of tools/llama-bench/llama-bench.cpp).",
  "type": "array",
  "maxItems": 1024,
  "items": {
    "title": "LlamaBenchTest",
    "description": "One test.",
    "type": "object",
    "required": [
      "cpu_info",
      "gpu_info",
      "backends",
      "model_type",
      "model_size",
      "model_n_params",
      "n_batch",
      "n_ubatch",
      "n_threads",
      "type_k",
      "type_v",
      "n_gpu_layers",
      "flash_attn",
      "devices",
      "n_prompt",
      "n_gen",
      "n_depth",
      "samples_ns"
    ],
    "properties": {
      "cpu_info": {
        "type": "string"
      },
      "gpu_info": {
        "type": "string"
      },
      "backends": {
        "type": "string"
      },
      "model_type": {
        "type": "string"
      },
      "model_size": {
        "description": "Bytes of tensor data.",
        "type": "integer",
        "minimum": 0
      },
      "model_n_params": {
        "type": "integer",
        "minimum": 0
      },
      "n_batch": {
        "type": "integer",
        "minimum": 1
      },
      "n_ubatch": {
        "type": "integer",
        "minimum": 1
      },
      "n_threads": {
        "type": "integer",
        "minimum": 1
      },
      "type_k": {
        "type": "string"
      },
      "type_v": {
        "type": "string"
      },
      "n_gpu_layers": {
        "type": "integer"
      },
      "flash_attn": {
        "description": "llama_flash_attn_type: -1 auto, 0 off, 1 on.",
        "enum": [
          -1,
          0,
          1
        ]
      },
      "devices": {
        "type": "string"
      },
      "n_prompt": {
        "type": "integer",
        "minimum": 0
      },
      "n_gen": {
        "type": "integer",
        "minimum": 0
      },
      "n_depth": {
        "type": "integer",
        "minimum": 0
      },
      "samples_ns": {
        "description": "Time of each repetition in nanoseconds.",
        "type": "array",
        "maxItems": 10000,
        "items": {
          "type": "integer",
          "minimum": 1
        }
      }
    }
  }
} as const;
