import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAs } from '../src/core/validate.js';
import { describeMachine } from '../src/toolchain/machine.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const variants = ['Q4_K_M', 'Q4_K_M_PLAIN', 'Q5_K_M', 'Q6_K'];
/** When each llama-bench began and ended, in the order in which it happened. */
const spans = join(scratch, 'spans');
const place = (variant: string) => `dist/tiny-qwen35/bench/${variant}/bench.json`;
let workspace: TestWorkspace;

const run = (...args: string[]) => workspace.run(args);
const text = (path: string) => readFileSync(join(workspace.root, path), 'utf8');
const resultOf = (variant: string) => parseAs('bench', text(place(variant)), variant);
const measured = () => workspace.processes().filter((name) => name === 'llama-bench').length;
const bench = (settings: object) =>
  editModel(workspace, (model) => Object.assign(model, { bench: settings }));

beforeAll(async () => {
  workspace = await createSeededWorkspace(join(scratch, 'ws'), {
    store: join(scratch, 'store'),
    tools: realTools(),
  });
  bench({ prompt: [8], generate: [2], repetitions: 2 });
  const shim = join(workspace.root, 'shims/bin/llama-bench');
  writeFileSync(
    shim,
    readFileSync(shim, 'utf8').replace(
      /^exec (.*)$/m,
      `echo begin >> '${spans}'\n$1\ncode=$?\necho end >> '${spans}'\nexit $code`,
    ),
  );
  const { exitCode, output } = await run('run', 'tiny-qwen35:quantize');
  if (exitCode !== 0) throw new Error(output);
}, 600_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the speed of a variant', () => {
  it('is measured by llama-bench, on the machine that the result describes', async () => {
    const { exitCode, output } = await run('run', 'tiny-qwen35:bench:Q4_K_M');
    expect({ exitCode, measured: measured() }).toEqual({ exitCode: 0, measured: 1 });
    const { machine, tests, files } = resultOf('Q4_K_M');
    expect(machine).toEqual(describeMachine());
    expect(files.map(({ name }) => name)).toEqual(['tiny-qwen35-Q4_K_M.gguf']);
    expect(
      tests.map(({ test, tokensPerSecond }) => [
        test.promptTokens,
        test.generatedTokens,
        tokensPerSecond.samples.length,
      ]),
    ).toEqual([
      [8, 0, 2],
      [0, 2, 2],
    ]);
    expect(output).toMatch(/\| tokens\/s +\| +size \| +pp8 \| +tg2 \|/);
  }, 120_000);

  it('is answered from the store afterwards, also when dist is gone, and measured again when that is asked for', async () => {
    const before = text(place('Q4_K_M'));
    rmSync(join(workspace.root, 'dist/tiny-qwen35/bench'), { recursive: true });
    const { output, ran } = await run('run', 'tiny-qwen35:bench:Q4_K_M');
    expect(ran).toContain('tiny-qwen35:bench:Q4_K_M');
    expect(output).toContain('measured before on this machine');
    expect([measured(), text(place('Q4_K_M'))]).toEqual([0, before]);

    expect((await run('run', 'tiny-qwen35:bench:Q4_K_M', '--again')).output).not.toContain('measured before');
    expect(measured()).toBe(1);
    const after = text(place('Q4_K_M'));
    expect(after).not.toBe(before);
    await run('run', 'tiny-qwen35:bench:Q4_K_M');
    expect([measured(), text(place('Q4_K_M'))]).toEqual([0, after]);
  }, 240_000);

  it('is never measured beside another, and all of it stands in one table', async () => {
    writeFileSync(spans, '');
    const { exitCode, output } = await run(
      'run',
      'tiny-qwen35:bench',
      '--parallel=4',
      '--output-style=static',
    );
    expect({ exitCode, measured: measured() }).toEqual({ exitCode: 0, measured: 3 });
    expect(readFileSync(spans, 'utf8')).toBe('begin\nend\n'.repeat(3));
    const table = output.slice(output.lastIndexOf('| tokens/s'));
    expect(
      [...table.matchAll(/^\| (\S+) /gm)]
        .map(([, name]) => name)
        .filter((name) => name !== ':' && !name?.startsWith(':-')),
    ).toEqual(['tokens/s', ...['Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q4_K_M_PLAIN']]);
  }, 240_000);

  it('is measured again after a change of "bench", and stands in a table of its own beside that of another machine', async () => {
    copyFileSync(join(workspace.root, place('Q6_K')), join(workspace.root, 'elsewhere.json'));
    workspace.edit('elsewhere.json', (json) => json.replace(/"cpu": "[^"]*"/g, '"cpu": "Another CPU"'));
    const { output, exitCode } = await run(
      'run',
      'tiny-qwen35:bench',
      '--with=elsewhere.json',
      '--output-style=static',
    );
    expect({ exitCode, measured: measured() }).toEqual({ exitCode: 0, measured: 0 });
    expect(output).toContain('Measured under 2 different conditions: compare within a table only.');
    expect(output).toMatch(/^Another CPU, /m);
    bench({ prompt: [8], generate: [], repetitions: 1 });
    expect((await run('run', 'tiny-qwen35:bench:Q6_K')).exitCode).toBe(0);
    expect([measured(), resultOf('Q6_K').tests.length]).toEqual([1, 1]);
  }, 240_000);

  it.each([
    ['BENCH_CONTEXT_FAILED', { prompt: [8], generate: [], cacheTypeV: 'q4_0', flashAttention: 'off' }],
    ['BENCH_NO_TESTS', { prompt: [], generate: [] }],
    ['BAD_MODEL', { prompt: [0] }],
  ])(
    'fails with %s for %j',
    async (code, settings) => {
      bench(settings);
      const { exitCode, output } = await run(
        'run',
        'tiny-qwen35:bench:Q4_K_M',
        '--exclude-task-dependencies',
      );
      expect(exitCode).toBe(1);
      expect(output).toContain(code);
    },
    60_000,
  );
});

describe('two variants', () => {
  it('are run in alternation, and the pairs are compared', async () => {
    bench({ prompt: [8], generate: [], repetitions: 1 });
    workspace.processes();
    const { exitCode, output } = await run(
      'run',
      'tiny-qwen35:bench-compare',
      '--a=Q4_K_M',
      '--b=Q6_K',
      '--pairs=3',
    );
    expect({ exitCode, measured: measured() }).toEqual({ exitCode: 0, measured: 6 });
    const comparison = parseAs(
      'bench-comparison',
      text('dist/tiny-qwen35/bench-compare/Q4_K_M-Q6_K/bench-comparison.json'),
      'comparison',
    );
    expect([
      comparison.a.name,
      comparison.b.name,
      comparison.tests.map(({ pairs }) => pairs.map(({ first }) => first).join('')),
    ]).toEqual(['Q4_K_M', 'Q6_K', ['aba']]);
    expect(output).toMatch(
      /^pp8: (?:not distinguishable: Q4_K_M is|Q\S+ is faster,) .* 95 % interval of 3 pairs$/m,
    );
  }, 240_000);

  it('must exist', async () => {
    const { exitCode, output } = await run('run', 'tiny-qwen35:bench-compare', '--a=Q4_K_M', '--b=Q9_K');
    expect(exitCode).toBe(1);
    expect(output).toContain(`Declared are: ${['Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q4_K_M_PLAIN'].join(', ')}`);
  }, 60_000);
});

it('has measured every variant', () => {
  expect(variants.map((variant) => resultOf(variant).name)).toEqual(variants);
});
