import { GgufError } from '../core/errors.js';
import type { BenchModel, BenchRuntime, BenchTest } from '../core/generated/bench.generated.js';
import type { LlamaBenchOutput, LlamaBenchTest } from '../core/generated/llama-bench.generated.js';
import { parseAs } from '../core/validate.js';
import { benchFailureIn } from './bench-failures.js';
import { speedsOf } from './speeds.js';

/** What a run of llama-bench found out. */
export interface BenchOutput {
  readonly model: BenchModel;
  readonly runtime: Omit<BenchRuntime, 'toolchain'>;
  readonly tests: readonly BenchTest[];
}

/** What a run printed, and how many tests it was to run. */
export interface BenchRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly expectedTests: number;
}

const tailLines = 20;
const flashAttention = { [-1]: 'auto', 0: 'off', 1: 'on' } as const;

/**
 * The results that `llama-bench -o json` printed. Its output decides, not its exit code: throws the failure
 * that it reported, else a GgufError `BENCH_OUTPUT_UNREADABLE`, or `BENCH_INCOMPLETE` when tests or samples
 * are missing.
 */
export function requireBenchOutput({ stdout, stderr, expectedTests }: BenchRun): BenchOutput {
  const failure = benchFailureIn(stderr);
  if (failure !== null) throw failure;
  const tail = [...lines(stderr), ...lines(stdout)].slice(-tailLines);
  const results = readOutput(stdout, tail);
  const [first] = results;
  if (
    first === undefined ||
    results.length !== expectedTests ||
    results.some(({ samples_ns }) => samples_ns.length === 0 || samples_ns.length !== first.samples_ns.length)
  ) {
    throw new GgufError(
      'BENCH_INCOMPLETE',
      `llama-bench gave ${results.length} of ${expectedTests} results, with ${results.map(({ samples_ns }) => samples_ns.length).join(', ') || 'no'} samples`,
      { hint: 'It ended before its work was done.', tail },
    );
  }
  return {
    model: { type: first.model_type, sizeBytes: first.model_size, parameters: first.model_n_params },
    runtime: runtimeOf(first),
    tests: results.map(testOf),
  };
}

/**
 * How many runs of a test a piece of the tool's `--progress` reports as begun, and of how many: the last one
 * it names.
 */
export function benchProgress(
  text: string,
): { test: number; tests: number; run: number; runs: number } | null {
  const last = [...text.matchAll(/benchmark (\d+)\/(\d+): (?:prompt|generation) run (\d+)\/(\d+)/g)].at(-1);
  return last === undefined
    ? null
    : { test: Number(last[1]), tests: Number(last[2]), run: Number(last[3]), runs: Number(last[4]) };
}

function readOutput(stdout: string, tail: readonly string[]): LlamaBenchOutput {
  try {
    return parseAs('llama-bench', stdout, 'output of llama-bench');
  } catch (cause) {
    throw new GgufError('BENCH_OUTPUT_UNREADABLE', (cause as Error).message, {
      cause,
      tail,
      hint: 'It ended before its results were out, or this version of llama.cpp prints them in another form.',
    });
  }
}

function runtimeOf(test: LlamaBenchTest): Omit<BenchRuntime, 'toolchain'> {
  return {
    backends: test.backends,
    cpu: test.cpu_info,
    gpu: test.gpu_info,
    threads: test.n_threads,
    batch: test.n_batch,
    ubatch: test.n_ubatch,
    gpuLayers: test.n_gpu_layers,
    flashAttention: flashAttention[test.flash_attn],
    devices: test.devices,
    cacheTypeK: test.type_k,
    cacheTypeV: test.type_v,
    repetitions: test.samples_ns.length,
  };
}

function testOf({ n_prompt, n_gen, n_depth, samples_ns }: LlamaBenchTest): BenchTest {
  return {
    test: { promptTokens: n_prompt, generatedTokens: n_gen, depthTokens: n_depth },
    tokensPerSecond: speedsOf(samples_ns.map((time) => (1e9 * (n_prompt + n_gen)) / time)),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
