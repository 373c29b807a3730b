import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { QuantizationPlan } from '../src/core/generated/plan.generated.js';
import { realTools } from './support/real-tools.js';
import { createWorkspace, scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const tools = realTools();
const rulesFile = 'models/tiny-qwen35/tensor_types.txt';
const modelFile = 'models/tiny-qwen35/model.json';
let workspace: TestWorkspace;
let rules: string;

/** While this file is there, llama-quantize forgets the rules when it works, though not when it is asked. */
const forgetful = join(scratch, 'forgetful');

const run = (...args: string[]) => workspace.run(['run', ...args]);
const planOf = (variant: string) =>
  workspace.json(`dist/tiny-qwen35/plan/${variant}/plan.json`) as QuantizationPlan;
const shifted = (plan: QuantizationPlan) =>
  plan.tensors.flatMap(({ name, to, because }) =>
    because.kind === 'side-effect' ? [`${name} ${because.stock} -> ${to}`] : [],
  );
const file = (name: string) => join(workspace.root, 'dist/tiny-qwen35', name);
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

beforeAll(async () => {
  workspace = await createWorkspace(join(scratch, 'workspace'), { store: join(scratch, 'store'), tools });
  const shim = join(workspace.root, 'shims/bin/llama-quantize');
  writeFileSync(
    shim,
    readFileSync(shim, 'utf8').replace(
      /^exec .*$/m,
      `case " $* " in *' --dry-run '*) ;; *) if [ -e '${forgetful}' ]; then for word; do shift; if [ "$word" = tensor_types.txt ]; then word=/dev/null; fi; set -- "$@" "$word"; done; fi;; esac\n$&`,
    ),
  );
  // One chunk is enough to have a matrix.
  workspace.edit(modelFile, (text) => text.replace('"chunks": 16', '"chunks": 1'));
  rules = readFileSync(join(workspace.root, rulesFile), 'utf8');
  const { exitCode, output } = await run('tiny-qwen35:imatrix');
  if (exitCode !== 0) throw new Error(output);
  workspace.processes();
}, 300_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the plan of a variant', () => {
  it('comes from dry runs alone, and names what the rules change by side effect', async () => {
    const { exitCode, output } = await run('tiny-qwen35:plan:Q4_K_M');
    expect({ exitCode, processes: workspace.processes() }).toEqual({
      exitCode: 0,
      processes: ['llama-quantize --dry-run', 'llama-quantize --dry-run'],
    });
    expect(shifted(planOf('Q4_K_M'))).toEqual([
      'blk.7.attn_v.weight q6_K -> q4_K',
      'blk.8.attn_v.weight q6_K -> q4_K',
    ]);
    expect(output).toMatch(/^\| attn_v +\| 7-8 +\| q4_K +\| .*side effect: q6_K without rules for others/m);
    expect(output).toContain('warning: Q4_K_M: rules for other tensors change the type of 2 tensors');
    expect(output).toContain(
      'importance matrix: 44 of 44 weighted tensors have data; llama-imatrix collects none for token_embd.weight and 8 tensors of the MTP block 8',
    );
    expect(output).not.toContain('imatrixCoverage');
  }, 60_000);

  it('is restored by Nx when nothing changed, and shares the run without rules with variants of the same type', async () => {
    expect((await run('tiny-qwen35:plan:Q4_K_M')).restored).toContain('tiny-qwen35:plan:Q4_K_M');
    expect((await run('tiny-qwen35:plan:Q4_K_M_PLAIN')).output).not.toContain('warning');
    expect(workspace.processes()).toEqual([]);
  }, 60_000);

  it('is kept by what llama-quantize makes, which has the bytes of a stock run', async () => {
    expect((await run('tiny-qwen35:quantize:Q4_K_M')).exitCode).toBe(0);
    expect(workspace.processes()).toEqual(['llama-quantize']);
    expect(sha256(file('tiny-qwen35-Q4_K_M.gguf'))).toBe(stock('plain-rules', rules));
  }, 120_000);

  it('does not change with a comment, and neither does the variant: no process starts', async () => {
    workspace.edit(rulesFile, (text) => `# moved down by a line\n\n${text}`);
    const plan = await run('tiny-qwen35:plan:Q4_K_M');
    const quantize = await run('tiny-qwen35:quantize:Q4_K_M');
    expect([plan.exitCode, quantize.exitCode, ...workspace.processes()]).toEqual([0, 0]);
    expect(
      planOf('Q4_K_M').tensors.find(({ name }) => name === 'blk.0.attn_gate.weight')?.because,
    ).toMatchObject({ line: 4 });
    writeFileSync(join(workspace.root, rulesFile), rules);
  }, 60_000);

  it('is compared with a type, anew each time', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { output, ran } = await run('tiny-qwen35:plan:Q4_K_M', '--against=Q4_K_M');
      expect(ran).toEqual(['tiny-qwen35:plan:Q4_K_M']);
      expect(output).toMatch(/Q4_K_M against Q4_K_M without rules: \+8\d\d KiB/);
      expect(output).toMatch(/^\| attn_v +\| 7-8 +\| q6_K +\| q4_K +\| -16.5 KiB \|$/m);
    }
    expect(
      (await run('tiny-qwen35:plan:Q4_K_M', `--against=${file('tiny-qwen35-Q4_K_M.gguf')}`)).output,
    ).toContain('Every tensor has the same type.');
    expect((await run('tiny-qwen35:plan:Q4_K_M', '--against=nothing')).output).toContain('AGAINST_UNKNOWN');
    expect(workspace.processes()).toEqual([]);
  }, 60_000);
});

describe('side effects', () => {
  afterEach(() => workspace.edit(modelFile, (text) => text.replace(/, "sideEffects": "\w+"/g, '')));
  const policy = (value: string) =>
    workspace.edit(modelFile, (text) =>
      text.replace('"Q4_K_M": { "ftype": "Q4_K_M"', `$&, "sideEffects": "${value}"`),
    );

  it('fail when they are forbidden, before any work', async () => {
    policy('forbid');
    const { exitCode, output } = await run('tiny-qwen35:quantize:Q4_K_M');
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'blk.7.attn_v.weight (q6_K -> q4_K), blk.8.attn_v.weight (q6_K -> q4_K) (sideEffects)',
    );
    expect(workspace.processes()).toEqual([]);
  }, 60_000);

  it('are gone when unnamed tensors are pinned', async () => {
    policy('pin');
    const { exitCode, output } = await run('tiny-qwen35:plan:Q4_K_M');
    expect({ exitCode, processes: workspace.processes() }).toEqual({
      exitCode: 0,
      processes: ['llama-quantize --dry-run'],
    });
    expect(output).not.toContain('warning');
    const plan = planOf('Q4_K_M');
    expect(shifted(plan)).toEqual([]);
    expect(
      plan.tensors.filter(({ because }) => because.kind === 'pin').map(({ name, to }) => `${name} ${to}`),
    ).toEqual([3, 7, 8].map((layer) => `blk.${layer}.attn_v.weight q6_K`));

    expect((await run('tiny-qwen35:quantize:Q4_K_M')).exitCode).toBe(0);
    expect(workspace.processes()).toEqual(['llama-quantize', 'llama-quantize']);
    const pins = [3, 7, 8].map((layer) => `^blk\\.${layer}\\.attn_v\\.weight$=q6_K\n`).join('');
    expect(sha256(file('tiny-qwen35-Q4_K_M.gguf'))).toBe(stock('pinned', `${rules}${pins}`));
  }, 120_000);
});

describe('rules that would not be honoured', () => {
  afterEach(() => writeFileSync(join(workspace.root, rulesFile), rules));

  it('fail before any work, all at once, with file and line', async () => {
    writeFileSync(
      join(workspace.root, rulesFile),
      [
        'attn_gat\\.=q8_0',
        '[A-Z]ttn=q8_0',
        'ffn_up=q9',
        'attn_k=q6_K',
        '',
        'attn_k\\.=q8_0',
        'ffn_up',
        'post_attention_norm=q8_0',
        'ffn_down=iq2_xxs',
        'token_embd.*(=q8_0',
      ].join('\n'),
    );
    const { exitCode, output } = await run('tiny-qwen35:quantize:Q5_K_M');
    expect(exitCode).toBe(1);
    const found = [
      ...output.matchAll(/^ {2}models\/tiny-qwen35\/tensor_types\.txt:(\d+): .* \((\w+)\)$/gm),
    ].map(([, line, check]) => `${line} ${check}`);
    expect(found).toEqual([
      '1 noMatch',
      '2 patternCase',
      '3 unknownType',
      '6 hidden',
      '7 syntax',
      '8 notQuantized',
      '9 missingImatrix',
      '10 syntax',
    ]);
    expect(output).toContain("(did you mean 'attn_gate'?)");
    expect(workspace.processes().filter((name) => name === 'llama-quantize')).toEqual([]);
  }, 60_000);

  it('pass when their check is set to warn', async () => {
    workspace.edit(rulesFile, (text) => `${text}nothing=q8_0\n`);
    workspace.edit(modelFile, (text) =>
      text.replace('"quantize": {', '"checks": { "noMatch": "warn" },\n  "quantize": {'),
    );
    const { exitCode, output } = await run('tiny-qwen35:plan:Q5_K_M');
    workspace.edit(modelFile, (text) => text.replace('"checks": { "noMatch": "warn" },\n  ', ''));
    expect(exitCode).toBe(0);
    expect(output).toContain("tensor_types.txt:5: 'nothing=q8_0' matches no tensor of this model (noMatch)");
    workspace.processes();
  }, 60_000);
});

describe('a run that does not keep the plan', () => {
  it('fails with the tensors that differ, and leaves nothing', async () => {
    // Tensors that other variants have would be taken from there: let all of them be made.
    rmSync(join(scratch, 'store/tensors'), { recursive: true });
    writeFileSync(forgetful, '');
    const { exitCode, output } = await run('tiny-qwen35:quantize:Q6_K');
    rmSync(forgetful);
    expect(exitCode).toBe(1);
    expect(output).toContain(
      'PLAN_NOT_KEPT: tiny-qwen35-Q6_K: llama-quantize made 18 tensors that the plan does not have',
    );
    expect(output).toContain('blk.0.attn_gate.weight: planned q8_0, made q6_K');
    expect(existsSync(file('tiny-qwen35-Q6_K.gguf'))).toBe(false);
  }, 120_000);
});

describe('a plan before there is a model', () => {
  const served: number[] = [];
  let server: Server;
  let fresh: TestWorkspace;

  beforeAll(async () => {
    fresh = await createWorkspace(join(scratch, 'fresh'), { store: join(scratch, 'fresh-store'), tools });
    const directory = join(scratch, 'hub');
    mkdirSync(directory);
    symlinkSync(file('tiny-qwen35-BF16.gguf'), join(directory, 'whole.gguf'));
    execFileSync(
      join(tools.bin, 'llama-gguf-split'),
      ['--split', '--split-max-tensors', '50', 'whole.gguf', 'part'],
      { cwd: directory, stdio: 'ignore' },
    );
    server = createServer((request, response) => {
      const bytes = readFileSync(join(directory, request.url ?? ''));
      const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
      const part = bytes.subarray(Number(from), Number(to) + 1);
      served.push(part.length);
      response
        .writeHead(206, {
          'content-range': `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`,
        })
        .end(part);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }, 60_000);

  afterAll(() => server.close());

  it.each([
    ['a URL', 'whole.gguf'],
    ['the URL of a split GGUF', 'part-00001-of-00003.gguf'],
  ])(
    'is made from %s, of which hardly more than the header is read',
    async (_, name) => {
      served.length = 0;
      const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
      const { exitCode, output, ran } = await fresh.run([
        'run',
        'tiny-qwen35:plan:Q4_K_M',
        `--from=${from}`,
        '--exclude-task-dependencies',
      ]);
      expect({ exitCode, ran, output: exitCode === 0 ? '' : output }).toEqual({
        exitCode: 0,
        ran: ['tiny-qwen35:plan:Q4_K_M'],
        output: '',
      });
      expect(fresh.processes()).toEqual(['llama-quantize --dry-run', 'llama-quantize --dry-run']);
      // What a matrix covers is not known before there is one.
      const { imatrixCoverage, ...plan } = planFromModel();
      expect(imatrixCoverage).toMatchObject({ withoutData: [] });
      expect(fresh.json('dist/tiny-qwen35/plan/Q4_K_M/plan.json')).toEqual(plan);
      expect(served.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(16 * 1024 * 1024);
    },
    60_000,
  );

  it('says what is wrong with a source', async () => {
    const from = 'http://127.0.0.1:9/none.gguf';
    expect(
      (await fresh.run(['run', 'tiny-qwen35:plan:Q4_K_M', `--from=${from}`, '--exclude-task-dependencies']))
        .output,
    ).toContain('DOWNLOAD_FAILED: http://127.0.0.1:9/none.gguf: the connection was refused');
    expect(
      (await fresh.run(['run', 'tiny-qwen35:plan:Q4_K_M', '--from=none.gguf', '--exclude-task-dependencies']))
        .output,
    ).toContain('FILE_MISSING');
  }, 60_000);
});

/**
 * The plan that the converted model gave; the first workspace has it in its store, whatever lies in dist/
 * now.
 */
function planFromModel(): ReturnType<typeof planOf> {
  execFileSync(
    process.execPath,
    [join(workspace.root, 'node_modules/nx/dist/bin/nx.js'), 'run', 'tiny-qwen35:plan:Q4_K_M'],
    { cwd: workspace.root, env: { ...process.env, ...workspace.environment }, stdio: 'ignore' },
  );
  return planOf('Q4_K_M');
}

/** sha256 of what stock llama-quantize makes of the converted model as Q4_K_M with these rules. */
function stock(name: string, text: string): string {
  const directory = join(scratch, `stock-${name}`);
  mkdirSync(directory);
  for (const input of ['tiny-qwen35-BF16.gguf', 'imatrix.gguf'])
    symlinkSync(file(input), join(directory, input));
  writeFileSync(join(directory, 'rules.txt'), text.replace(/^#.*$/gm, ''));
  execFileSync(
    join(tools.bin, 'llama-quantize'),
    [
      '--imatrix',
      'imatrix.gguf',
      '--tensor-type-file',
      'rules.txt',
      'tiny-qwen35-BF16.gguf',
      'out.gguf',
      'Q4_K_M',
    ],
    { cwd: directory, stdio: 'ignore' },
  );
  return sha256(join(directory, 'out.gguf'));
}
