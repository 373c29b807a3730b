import { readFileSync } from 'node:fs';
import { benchFailureIn } from './bench-failures.js';
import { benchProgress, requireBenchOutput, type BenchRun } from './bench-output.js';

const recorded = (log: string) => readFileSync(new URL(`recorded/${log}.log`, import.meta.url), 'utf8');
const results = recorded('results');

function outcome(run: Partial<BenchRun>): unknown {
  try {
    return requireBenchOutput({ stdout: results, stderr: recorded('progress'), expectedTests: 6, ...run });
  } catch (error) {
    return error;
  }
}

describe('requireBenchOutput, on recorded output of llama-bench v0.5.0', () => {
  it('gives model, runtime and every test with its speeds', () => {
    const output = requireBenchOutput({ stdout: results, stderr: recorded('progress'), expectedTests: 6 });
    expect(output.model).toEqual({ type: 'llama ?B all F32', sizeBytes: 5_256_192, parameters: 1_314_048 });
    expect(output.runtime).toEqual({
      backends: 'CPU',
      cpu: 'A CPU',
      gpu: '',
      threads: 1,
      batch: 2048,
      ubatch: 512,
      gpuLayers: -1,
      flashAttention: 'auto',
      devices: 'auto',
      cacheTypeK: 'f16',
      cacheTypeV: 'f16',
      repetitions: 3,
    });
    expect(
      output.tests.map(({ test }) => [test.promptTokens, test.generatedTokens, test.depthTokens]),
    ).toEqual([
      [8, 0, 0],
      [16, 0, 0],
      [0, 4, 0],
      [8, 0, 2],
      [16, 0, 2],
      [0, 4, 2],
    ]);
    // The samples are recorded as 1, 2 and 4 seconds.
    expect(output.tests[1]?.tokensPerSecond).toEqual({
      samples: [16, 8, 4],
      mean: 28 / 3,
      stddev: expect.closeTo(6.1101, 4) as number,
      median: 8,
    });
  });

  it.each([
    ['model-missing', 'MODEL_NOT_LOADED', /failed to load model 'nothing.gguf'/],
    ['model-cut', 'MODEL_NOT_LOADED', /failed to load model 'cut.gguf'/],
    ['context-failed', 'BENCH_CONTEXT_FAILED', /failed to create context/],
    ['device-unknown', 'BENCH_DEVICE_UNKNOWN', /invalid device: CUDA7/],
    ['bad-argument', 'BENCH_BAD_ARGUMENT', /invalid parameter for argument: -ctk/],
  ])('fails on %s in the words of the tool, whatever else it printed', (log, code, message) => {
    expect(outcome({ stderr: recorded(log) })).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ['no tests', { stdout: recorded('no-tests') }, /0 of 6 results, with no samples/],
    [
      'tests without a sample',
      { stdout: recorded('no-repetitions') },
      /6 of 6 results, with 0, 0, 0, 0, 0, 0 samples/,
    ],
    ['fewer tests than were asked for', { expectedTests: 7 }, /6 of 7 results/],
    [
      'a test with fewer samples than others',
      { stdout: results.replace('1000000000, 2000000000, ', '') },
      /with 1, 3, 3, 3, 3, 3 samples/,
    ],
  ])('fails when there are %s, though the tool ended with exit code 0', (_, run, message) => {
    expect(outcome(run)).toMatchObject({
      code: 'BENCH_INCOMPLETE',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ['nothing', ''],
    ['a list that is cut', results.slice(0, -100)],
    ['no list', '{}'],
    ['a time of zero', results.replace('1000000000', '0')],
    ['a time that is no number', results.replace('1000000000', 'nan')],
    ['a test without its size', results.replace('"n_prompt": 8,', '')],
  ])('fails on %s', (_, stdout) => {
    expect(outcome({ stdout })).toMatchObject({ code: 'BENCH_OUTPUT_UNREADABLE' });
  });

  it('of a tool that only tells its progress finds no failure', () => {
    expect(benchFailureIn(recorded('progress'))).toBeNull();
  });
});

describe('the progress of llama-bench', () => {
  it('is the last run that is named; warming up and filling the context are none', () => {
    expect(benchProgress(recorded('progress'))).toEqual({ test: 6, tests: 6, run: 3, runs: 3 });
    expect(
      benchProgress('llama-bench: benchmark 1/6: prompt run 2/3\nllama-bench: benchmark 2/6: starting\n'),
    ).toEqual({ test: 1, tests: 6, run: 2, runs: 3 });
    expect(
      benchProgress(
        'llama-bench: benchmark 4/6: warmup prompt run\nllama-bench: benchmark 4/6: depth run 1/3\n',
      ),
    ).toBeNull();
  });
});
