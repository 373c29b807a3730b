import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import { tinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { quantizationPlan } from '../../quant/plan/tensor-plan.js';
import { dryRun } from '../../quant/testing/dry-runs.js';
import { put } from '../../store/testing/temporary-store.js';
import { quantizeStep, type QuantizeInputs } from './quantize.js';
import { actionKey } from '../step.js';
import { playTools, testBench, type PlayedTool } from '../testing/effects.js';

const file = (name: string) => ({ name, sha256: sha256(name), sizeBytes: 7 });
const stock = dryRun('a.weight f32 q4_K', 'b.weight f32 f32');
const expected = quantizationPlan({ rules: [], options: { ftype: 'Q4_K_M' }, actual: stock, stock });
const inputs: QuantizeInputs = {
  expected,
  name: 'tiny-Q4_K_M',
  settings: { ftype: 'Q4_K_M' },
  rules: null,
  model: [file('tiny-BF16.gguf')],
  imatrix: null,
  toolchain: { build: 'id' },
};
const model = tinyGguf({
  metadata: [['general.architecture', 'string', 'qwen3']],
  tensors: [
    { name: 'a.weight', shape: [256, 2], type: 'q4_K' },
    { name: 'b.weight', shape: [4], type: 'f32' },
  ],
});

/** Writes the output the way llama-quantize does: below `out`, in its working directory. */
const writes = (...names: readonly string[]): PlayedTool => ({
  act: ({ cwd }) => {
    for (const name of names) writeFileSync(join(cwd, 'out', name), model);
  },
});

async function run(change: Partial<QuantizeInputs>, play: PlayedTool, threads?: number) {
  const { runTool, ran } = playTools(play);
  const bench = testBench({ runTool, threads });
  const result: unknown = await quantizeStep({ ...inputs, ...change })
    .run(bench)
    .catch((error: unknown) => error);
  return { result, ran, bench };
}

describe('quantizeStep', () => {
  it('tells once what llama-quantize calls a warning, and keeps what the matrix covers', async () => {
    const imatrixCoverage = { weighted: 1, withData: 1, withoutData: [], notCollected: [] };
    const { result, bench } = await run(
      { expected: { ...expected, imatrixCoverage } },
      { ...writes('tiny-Q4_K_M.gguf'), output: 'warning: odd\nfine\nwarning: odd\n' },
    );
    expect(result).toMatchObject({ facts: { imatrixCoverage } });
    expect(bench.told.filter(({ type }) => type === 'warning')).toEqual([
      { type: 'warning', message: 'tiny-Q4_K_M: llama-quantize: warning: odd' },
    ]);
  });

  it('runs llama-quantize on relative names, and describes the result', async () => {
    const { result, ran, bench } = await run({}, writes('tiny-Q4_K_M.gguf'));
    expect(ran).toMatchObject([
      {
        command: '/tools/llama-quantize',
        args: ['tiny-BF16.gguf', 'out/tiny-Q4_K_M.gguf', 'Q4_K_M'],
        cwd: bench.directory,
      },
    ]);
    expect(readlinkSync(join(bench.directory, 'tiny-BF16.gguf'))).toBe(`/blobs/${sha256('tiny-BF16.gguf')}`);
    expect(result).toEqual({
      files: [],
      referred: [{ name: 'tiny-Q4_K_M.gguf', sha256: sha256(model), sizeBytes: model.length }],
      facts: {
        ftype: 'Q4_K_M',
        rules: null,
        architecture: 'qwen3',
        elements: 516,
        tensorBytes: 304,
        bitsPerWeight: (304 * 8) / 516,
        tensorTypes: { 'a.weight': 'q4_K', 'b.weight': 'f32' },
      },
      commands: [['llama-quantize', 'tiny-BF16.gguf', 'out/tiny-Q4_K_M.gguf', 'Q4_K_M']],
    });
  });

  it('hands over rules and matrix under names that are the same everywhere', async () => {
    const { ran, bench } = await run(
      { rules: '^a$=q8_0\n', imatrix: file('imatrix.gguf') },
      writes('tiny-Q4_K_M.gguf'),
    );
    expect(ran[0]?.args).toEqual([
      '--imatrix',
      'imatrix.gguf',
      '--tensor-type-file',
      'tensor_types.txt',
      'tiny-BF16.gguf',
      'out/tiny-Q4_K_M.gguf',
      'Q4_K_M',
    ]);
    expect(readFileSync(join(bench.directory, 'tensor_types.txt'), 'utf8')).toBe('^a$=q8_0\n');
    expect(readlinkSync(join(bench.directory, 'imatrix.gguf'))).toBe(`/blobs/${sha256('imatrix.gguf')}`);
  });

  it('does not write its rules through a link to an input of that name', async () => {
    const { result, bench } = await run(
      { rules: '^a$=q8_0\n', imatrix: file('tensor_types.txt') },
      writes('tiny-Q4_K_M.gguf'),
    );
    expect(result).toMatchObject({ code: 'EEXIST' });
    expect(readlinkSync(join(bench.directory, 'tensor_types.txt'))).toBe(
      `/blobs/${sha256('tensor_types.txt')}`,
    );
  });

  it('runs with the threads that were asked for, and records them nowhere', async () => {
    const { result, ran } = await run({}, writes('tiny-Q4_K_M.gguf'), 3);
    expect(ran[0]?.args.at(-1)).toBe('3');
    expect(result).toMatchObject({
      commands: [['llama-quantize', 'tiny-BF16.gguf', 'out/tiny-Q4_K_M.gguf', 'Q4_K_M']],
    });
  });

  it('takes every shard, in order', async () => {
    const { result } = await run({}, writes('tiny-00002-of-00002.gguf', 'tiny-00001-of-00002.gguf'));
    expect(result).toMatchObject({
      referred: [{ name: 'tiny-00001-of-00002.gguf' }, { name: 'tiny-00002-of-00002.gguf' }],
    });
  });

  it('tells how far it is, and leaves it to the plan to tell of tensors that fall back to another type', async () => {
    const output = [
      '[   1/   2]                  a.weight - [  256,     2,     1,     1], type =    f32, conver',
      'ting to q4_K .. size =     0.01 MiB ->     0.00 MiB\nwarning: b.weight             - ncols     40 not divisible by 256 (required for type    q4_K)-> falling back to     q5_0\n',
    ];
    const { bench } = await run({}, { ...writes('tiny-Q4_K_M.gguf'), output });
    expect(bench.told).toEqual([
      { type: 'step', message: 'tiny-Q4_K_M: quantizing the whole model, because its header cannot be read' },
      { type: 'progress', label: 'quantizing tiny-Q4_K_M', done: 1, total: 2, unit: 'tensors' },
    ]);
  });
});

describe('a result that is not as planned', () => {
  it('fails with the tensors that differ', async () => {
    const other = dryRun('a.weight f32 q6_K', 'b.weight f32 f32');
    const { result } = await run(
      {
        expected: quantizationPlan({ rules: [], options: { ftype: 'Q4_K_M' }, actual: other, stock: other }),
      },
      writes('tiny-Q4_K_M.gguf'),
    );
    expect(result).toMatchObject({
      code: 'PLAN_NOT_KEPT',
      message: expect.stringContaining('a.weight: planned q6_K, made q4_K') as string,
    });
  });

  it('has the same key whatever the plan says', () => {
    const other = dryRun('a.weight f32 q6_K');
    const changed = quantizeStep({
      ...inputs,
      expected: quantizationPlan({ rules: [], options: { ftype: 'Q4_K_M' }, actual: other, stock: other }),
    });
    expect(actionKey(changed.action)).toBe(actionKey(quantizeStep(inputs).action));
  });
});

describe('a failure of llama-quantize', () => {
  it.each<[string, RegExp, PlayedTool]>([
    [
      'QUANTIZE_NEEDS_IMATRIX',
      /^tiny-Q4_K_M: this quantization requires an imatrix!$/,
      {
        output: 'llama_model_quantize: failed to quantize: this quantization requires an imatrix!\n',
        exitCode: 1,
      },
    ],
    [
      'QUANTIZE_REQUANTIZES',
      /requantizing from type q4_K/,
      {
        output: 'llama_model_quantize: failed to quantize: requantizing from type q4_K is disabled\n',
        exitCode: 1,
      },
    ],
    [
      'QUANTIZE_BAD_RULE',
      /regex/,
      {
        output:
          "llama_model_quantize: failed to quantize: invalid regex\nmain: failed to quantize model from 'x'\n",
        exitCode: 1,
      },
    ],
    ['QUANTIZE_ABORTED', /GGML_ASSERT/, { output: 'ggml.c:12: GGML_ASSERT(x) failed\n', exitCode: 134 }],
    ['QUANTIZE_FAILED', /llama-quantize failed/, { output: 'nothing of use\n', exitCode: 137 }],
    [
      'QUANTIZE_FAILED',
      /disk/,
      {
        ...writes('tiny-Q4_K_M.gguf'),
        output: 'llama_model_quantize: failed to quantize: write to disk failed\n',
      },
    ],
    ['QUANTIZE_NO_OUTPUT', /without writing a GGUF/, {}],
  ])('is %s (%#)', async (code, message, play) => {
    const { result } = await run({}, play);
    expect(result).toMatchObject({
      name: 'GgufError',
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('shows the last lines of the tool', async () => {
    const { result } = await run({}, { output: 'first\nlast\n', exitCode: 1 });
    expect(result).toMatchObject({
      tail: ['first', 'last'],
      cause: expect.objectContaining({ code: 'TOOL_FAILED' }) as unknown,
    });
  });

  it.each(['INTERRUPTED', 'TOOL_MISSING'])('that says %s by itself stays that', async (code) => {
    const { result } = await run(
      {},
      {
        act: () => {
          throw new GgufError(code, 'by itself');
        },
      },
    );
    expect(result).toMatchObject({ code, message: 'by itself' });
  });

  it('that left a broken GGUF is told by the GGUF', async () => {
    const { result } = await run(
      {},
      {
        act: ({ cwd }) => {
          put(join(cwd, 'out/tiny-Q4_K_M.gguf'), 'GGUF');
        },
      },
    );
    expect(result).toMatchObject({ code: 'GGUF_TRUNCATED' });
  });
});

describe('the key of a quantization', () => {
  const keyOf = (change: Partial<QuantizeInputs>): string =>
    actionKey(quantizeStep({ ...inputs, ...change }).action);

  it.each<[string, Partial<QuantizeInputs>]>([
    ['the type', { settings: { ftype: 'Q5_K_M' } }],
    ['an option', { settings: { ftype: 'Q4_K_M', leaveOutputTensor: true } }],
    ['the rules', { rules: '^a$=q8_0\n' }],
    ['the matrix', { imatrix: file('imatrix.gguf') }],
    ['the model', { model: [file('other.gguf')] }],
    ['the name of the result', { name: 'tiny-other' }],
    ['the toolchain', { toolchain: { build: 'other' } }],
  ])('changes with %s', (_, change) => {
    expect(keyOf(change)).not.toBe(keyOf({}));
  });

  it.each<[string, Partial<QuantizeInputs>]>([
    ['a default that is spelt out', { settings: { ftype: 'Q4_K_M', pure: false, includeWeights: [] } }],
    ['the spelling of the type', { settings: { ftype: 'q4_k_m' } }],
  ])('does not change with %s', (_, change) => {
    expect(keyOf(change)).toBe(keyOf({}));
  });

  it('is not computed for options that llama-quantize would refuse or ignore; all problems are told at once', () => {
    const failed = (): unknown =>
      quantizeStep({ ...inputs, settings: { ftype: 'Q4_K_X', includeWeights: ['a'] } });
    expect(failed).toThrow(
      expect.objectContaining({
        code: 'BAD_VARIANT',
        message: expect.stringMatching(/Q4_K_X[\s\S]*\n[\s\S]*includeWeights/) as string,
      }) as Error,
    );
  });
});
