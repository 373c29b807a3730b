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
