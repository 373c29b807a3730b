import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { parseAs } from '../../core/validate.js';
import type { RunTool } from '../../toolchain/run-tool.js';
import { benchCompareStep } from './bench-compare.js';
import { benchStep } from './bench.js';
import { runBench } from './run-bench.js';
import { actionKey } from '../step.js';
import { testBench } from '../testing/effects.js';

const machine = { cpu: 'A CPU', cores: 2, memoryGiB: 8, os: 'linux', arch: 'x64', graphics: [] };
const settings = { prompt: [8], generate: [4], repetitions: 2 };
const toolchain = { build: { kind: 'test' } };
const files = (name: string) => [
  { name: `${name}.gguf`, sha256: name.padStart(64, '0').replace(/[^0-9a-f]/g, 'a'), sizeBytes: 1 },
];
const inputs = { name: 'q4', files: files('q4'), settings, machine, toolchain };

/** What llama-bench prints when its tests take these times. */
function printed(promptNs: readonly number[], generationNs: readonly number[]): string {
  const common = {
    cpu_info: 'A CPU',
    gpu_info: '',
    backends: 'CPU',
    model_type: 'llama',
    model_size: 10,
    model_n_params: 5,
    n_batch: 2048,
    n_ubatch: 512,
    n_threads: 2,
    type_k: 'f16',
    type_v: 'f16',
    n_gpu_layers: -1,
    flash_attn: -1,
    devices: 'auto',
    n_depth: 0,
  };
  return JSON.stringify([
    { ...common, n_prompt: 8, n_gen: 0, samples_ns: promptNs },
    { ...common, n_prompt: 0, n_gen: 4, samples_ns: generationNs },
  ]);
}

/** A llama-bench that prints, says how far it is, and ends. */
function tool(play: (model: string) => { stdout?: string; stderr?: string; exitCode?: number }): {
  runTool: RunTool;
  models: string[];
  most: () => number;
} {
  const models: string[] = [];
  let [running, most] = [0, 0];
  return {
    models,
    most: () => most,
    runTool: async ({ command, args, onOutput }) => {
      expect(command).toBe('/tools/llama-bench');
      const model = args[args.indexOf('-m') + 1] ?? '';
      models.push(model);
      running += 1;
      most = Math.max(most, running);
      const { stdout = '', stderr = '', exitCode = 0 } = play(model);
      await setTimeout(20);
      onOutput?.(stderr, 'stderr');
      onOutput?.(stdout, 'stdout');
      running -= 1;
      return { exitCode, ending: `ended with exit code ${exitCode}`, output: stderr };
    },
  };
}

async function result(step: ReturnType<typeof benchStep>, runTool: RunTool) {
  const bench = testBench({ runTool });
  const outcome: unknown = await step.run(bench).then(
    ({ files: [file], facts, commands }) => ({
      file: readFileSync(file?.path ?? '', 'utf8'),
      facts,
      commands,
    }),
    (error: unknown) => error,
  );
  return {
    outcome: outcome as { file: string; facts: Record<string, unknown>; commands: string[][] },
    told: bench.told,
  };
}

describe('the step bench', () => {
  it('keeps what the tool measured, with the machine and the load that it found', async () => {
    const { runTool } = tool(() => ({
      stdout: printed([1e9, 2e9], [1e9, 1e9]),
      stderr: 'llama-bench: benchmark 2/2: generation run 2/2\n',
    }));
    const { outcome, told } = await result(benchStep(inputs), runTool);
    const bench = parseAs('bench', outcome.file, 'bench.json');
    expect(bench).toMatchObject({
      name: 'q4',
      machine,
      files: [{ name: 'q4.gguf' }],
      runtime: { threads: 2, repetitions: 2, flashAttention: 'auto' },
    });
    expect(bench.tests.map(({ tokensPerSecond }) => tokensPerSecond)).toEqual([
      { samples: [8, 4], mean: 6, stddev: Math.sqrt(8), median: 6 },
      { samples: [4, 4], mean: 4, stddev: 0, median: 4 },
    ]);
    expect(outcome.facts['machine']).toEqual(machine);
    expect(outcome.commands).toEqual([
      [
        'llama-bench',
        ...[
          '-m',
          'q4.gguf',
          '-o',
          'json',
          '--progress',
          '--offline',
          '-p',
          '8',
          '-n',
          '4',
          '-d',
          '0',
          '-r',
          '2',
        ],
      ],
    ]);
    expect(told).toContainEqual({ type: 'progress', label: 'speed of q4', done: 3, total: 4, unit: 'steps' });
  });

  it.each([
    ['BENCH_INCOMPLETE', { stdout: '[\n\n]\n' }],
    ['BENCH_OUTPUT_UNREADABLE', { stdout: '[\n' }],
    [
      'MODEL_NOT_LOADED',
      { stdout: '[\n', stderr: "llama_bench: error: failed to load model 'q4.gguf'\n", exitCode: 1 },
    ],
    ['TOOL_FAILED', { stdout: printed([1e9], [1e9]), exitCode: 137 }],
  ])('fails with %s (%#)', async (code, play) => {
    const run = runBench(
      { model: 'q4.gguf', settings, onProgress: () => undefined },
      testBench({ runTool: tool(() => play).runTool }),
    );
    await expect(run).rejects.toMatchObject({ name: 'GgufError', code });
  });

  it('is decided by machine, settings, model and tools', () => {
    const key = (changes: Partial<typeof inputs>) => actionKey(benchStep({ ...inputs, ...changes }).action);
    const keys = [
      key({}),
      key({ machine: { ...machine, cores: 4 } }),
      key({ machine: { ...machine, cpu: 'Another' } }),
      key({ settings: { ...settings, repetitions: 3 } }),
      key({ files: files('q6') }),
      key({ toolchain: { build: { kind: 'other' } } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(key({})).toBe(key({ machine: { ...machine } }));
  });

  it('never measures twice at the same time in one store', async () => {
    const { runTool, most, models } = tool(() => ({ stdout: printed([1e9, 1e9], [1e9, 1e9]) }));
    const bench = testBench({ runTool });
    const other = testBench({ runTool, store: bench.store });
    await Promise.all([
      benchStep(inputs).run(bench),
      benchStep({ ...inputs, name: 'q6', files: files('q6') }).run(other),
    ]);
    expect(models.sort()).toEqual(['q4.gguf', 'q6.gguf']);
    expect(most()).toBe(1);
    expect([...bench.told, ...other.told]).toContainEqual({
      type: 'step',
      message: 'waiting for another measurement of speed on this machine',
    });
  });
});

describe('the step bench-compare', () => {
  const compared = {
    a: { name: 'q4', files: files('q4') },
    b: { name: 'q6', files: files('q6') },
    pairs: 4,
    settings,
    machine,
    toolchain,
    occasion: 'one',
  };

  it('runs the models in alternation, each first equally often, and compares the pairs', async () => {
    let runs = 0;
    // The machine gets slower with each run; the second model takes a fifth longer for prompts.
    const { runTool, models } = tool((model) => {
      const drift = 1.05 ** runs++;
      return {
        stdout: printed(
          [1e9, 1e9].map((time) => Math.round(time * drift * (model.startsWith('b/') ? 1.2 : 1))),
          [1e9, 1e9].map((time) => Math.round(time * drift)),
        ),
      };
    });
    const { outcome } = await result(benchCompareStep(compared), runTool);
    expect(models).toEqual([
      'a/q4.gguf',
      'b/q6.gguf',
      'b/q6.gguf',
      'a/q4.gguf',
      'a/q4.gguf',
      'b/q6.gguf',
      'b/q6.gguf',
      'a/q4.gguf',
    ]);
    const [prompt, generation] = parseAs('bench-comparison', outcome.file, 'comparison').tests;
    expect(prompt?.pairs.map(({ first }) => first)).toEqual(['a', 'b', 'a', 'b']);
    expect(prompt?.ratio).toMatchObject({ value: expect.closeTo(1.2, 6) as number, verdict: 'a' });
    expect(generation?.ratio).toMatchObject({ value: expect.closeTo(1, 6) as number, verdict: 'undecided' });
    expect(outcome.commands.map((command) => command[2])).toEqual(models);
  });

  it('ends at the first run that fails', async () => {
    const { runTool, models } = tool((model) =>
      model.startsWith('b/')
        ? { stderr: 'llama_bench: error: failed to create context\n', exitCode: 1 }
        : { stdout: printed([1e9, 1e9], [1e9, 1e9]) },
    );
    expect((await result(benchCompareStep(compared), runTool)).outcome).toMatchObject({
      code: 'BENCH_CONTEXT_FAILED',
    });
    expect(models).toHaveLength(2);
  });

  it('is made anew on each occasion', () => {
    expect(actionKey(benchCompareStep(compared).action)).not.toBe(
      actionKey(benchCompareStep({ ...compared, occasion: 'two' }).action),
    );
  });
});
