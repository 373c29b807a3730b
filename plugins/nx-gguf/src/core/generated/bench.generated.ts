// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Count, MeasuredFile, Sha256 } from './common.generated.js';

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
 * The GGUF that was measured, or its shards.
 *
 * @maxItems 100000
 */
export type Files = MeasuredFile[];

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
  sizeBytes: Count;
  /**
   * Number of weights.
   */
  parameters: Count;
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
   * Time of so many cores that a container or another control group leaves, where that is less than all cores.
   */
  cpuQuota?: number;
  /**
   * Memory that a process may use, rounded.
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
  toolchain: Sha256;
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
 * A test and its speeds.
 */
export interface BenchTest {
  test: BenchTestKind;
  tokensPerSecond: Speeds;
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
