import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { readDryRun } from '../../quant/tool/dry-run.js';
import { recordedLines } from '../../quant/testing/dry-runs.js';
import { dryRunStep, type DryRunInputs } from './dry-run.js';
import { actionKey } from '../step.js';
import { playTools, testBench } from '../testing/effects.js';

const header = (name: string) => ({ name, sha256: sha256(name), sizeBytes: 7 });
const inputs: DryRunInputs = {
  headers: { files: [header('00001.header')], sizesBytes: [5_000_000] },
  bring: () => Promise.resolve(),
  settings: { ftype: 'Q4_K_M' },
  rules: null,
  hasImatrix: false,
  toolchain: { build: 'id' },
};
const key = (change: Partial<DryRunInputs>) => actionKey(dryRunStep({ ...inputs, ...change }).action);

/** Runs the step with a tool that prints a recorded dry run; each header is a file of its name. */
async function run(
  change: Partial<DryRunInputs>,
  output: readonly string[] = recordedLines('plan-rules'),
  exitCode = 0,
) {
  const { runTool, ran } = playTools({ output: [output.join('\n')], exitCode });
  const bench = testBench({ runTool });
  const source = {
    ...bench,
    input: (file: { name: string }, as: string) => {
      writeFileSync(join(bench.directory, as), `bytes of ${file.name}`);
      return Promise.resolve();
    },
  };
  const result: unknown = await dryRunStep({ ...inputs, ...change })
    .run(source)
    .catch((error: unknown) => error);
  return { result, directory: bench.directory, args: ran[0]?.args };
}

describe('dryRunStep', () => {
  it('asks llama-quantize about a sparse file with the real header', async () => {
    const { result, directory, args } = await run({});
    expect(args).toEqual(['--dry-run', 'model.gguf', 'out.gguf', 'Q4_K_M']);
    expect(statSync(join(directory, 'model.gguf'))).toMatchObject({
      size: 5_000_000,
      blocks: expect.any(Number) as number,
    });
    expect(readFileSync(join(directory, 'model.gguf')).subarray(0, 21).toString()).toBe(
      'bytes of 00001.header',
    );
    expect(result).toMatchObject({
      files: [],
      facts: { dryRun: readDryRun(recordedLines('plan-rules')) },
      commands: [['llama-quantize', '--dry-run', 'model.gguf', 'out.gguf', 'Q4_K_M']],
    });
  });

  it('writes the files of a split model, the rules, and a stand-in for the matrix', async () => {
    const { directory, args } = await run({
      headers: { files: [header('00001.header'), header('00002.header')], sizesBytes: [100, 200] },
      rules: 'a=q8_0\n',
      hasImatrix: true,
    });
    expect(args).toEqual([
      '--dry-run',
      '--imatrix',
      'imatrix.dat',
      '--tensor-type-file',
      'tensor_types.txt',
      'model-00001-of-00002.gguf',
      'out.gguf',
      'Q4_K_M',
    ]);
    expect(statSync(join(directory, 'model-00002-of-00002.gguf')).size).toBe(200);
    expect(readFileSync(join(directory, 'tensor_types.txt'), 'utf8')).toBe('a=q8_0\n');
    expect(existsSync(join(directory, 'imatrix.dat'))).toBe(true);
  });

  it('has the headers brought only when it runs', async () => {
    let brought = 0;
    const bring = () => Promise.resolve((brought += 1));
    dryRunStep({ ...inputs, bring });
    expect(brought).toBe(0);
    await run({ bring });
    expect(brought).toBe(1);
  });

  it.each<[string, Partial<DryRunInputs>, boolean]>([
    ['another key with rules', { rules: 'a=q8_0\n' }, false],
    ['another key with a matrix', { hasImatrix: true }, false],
    ['another key for another type', { settings: { ftype: 'Q5_K_M' } }, false],
    [
      'another key for another header',
      { headers: { files: [header('other')], sizesBytes: [5_000_000] } },
      false,
    ],
    [
      'another key for a file of another size',
      { headers: { files: [header('00001.header')], sizesBytes: [5_000_001] } },
      false,
    ],
    ['another key for other tools', { toolchain: { build: 'other' } }, false],
    [
      'the same key whichever weights of the matrix are used',
      { settings: { ftype: 'q4_k', includeWeights: ['a'] } },
      true,
    ],
  ])('has %s', (_, change, isSame) => {
    expect(key(change) === key({})).toBe(isSame);
  });

  it('fails with what the tool named, else with the tool', async () => {
    const failed = await run(
      {},
      ["llama_model_quantize: failed to quantize: unknown model architecture: 'x'"],
      1,
    );
    expect(failed.result).toMatchObject({ code: 'QUANTIZE_BAD_MODEL' });
    expect((await run({}, ['something else'], 1)).result).toMatchObject({ code: 'TOOL_FAILED' });
    expect((await run({}, ['something else'])).result).toMatchObject({ code: 'DRY_RUN_UNREADABLE' });
  });
});
