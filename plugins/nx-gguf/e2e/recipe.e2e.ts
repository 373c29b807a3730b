import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sizeText } from '../src/report/numbers.js';
import { readCard, tableOf } from '../src/report/testing/read-card.js';
import { invalidationRow } from './support/invalidation-row.js';
import { pastedLines, printedStatistics, runPasted } from './support/pasted.js';
import { editModel, useSmallVocabulary } from './support/small-model.js';
import { pause, running } from './support/processes.js';
import { realTools, type RealTools } from './support/real-tools.js';
import { repository } from './support/repository.js';
import { createWorkspace, openWorkspace, scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const variants = ['Q4_K_M', 'Q5_K_M', 'Q6_K', 'Q4_K_M_PLAIN'];
const hand = join(scratch, 'by-hand');
let workspace: TestWorkspace;
let tools: RealTools;
let pasted = '';

interface Manifest {
  files: { name: string; sha256: string; sizeBytes: number }[];
  facts: {
    statistics: {
      kldNats: Record<string, number> & { mean: { value: number; error: number } };
      perplexity: Record<'variant' | 'base' | 'ratio' | 'recomputedBase', { value: number; error: number }>;
      sameTopPercent: { value: number };
    };
  };
  provenance: { inputs: { role: string; name: string; sha256: string }[] };
}

const manifest = (target: string): Manifest =>
  workspace.json(`dist/tiny-qwen35/${target}/artifact.json`) as Manifest;
const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

beforeAll(async () => {
  tools = realTools();
  workspace = await createWorkspace(join(scratch, 'ws'), {
    store: join(scratch, 'store'),
    tools,
  });
  useSmallVocabulary(workspace);
  const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:card']);
  if (exitCode !== 0) throw new Error(output);
}, 900_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the embedded model, from nothing to a card', () => {
  it('the lines on the card, pasted into a shell, write every file byte for byte', async () => {
    pasted = await runPasted(
      pastedLines(readFileSync(join(workspace.root, 'dist/tiny-qwen35/README.md'), 'utf8')),
      { directory: hand, tools },
    );
    for (const { name, sha256 } of manifest('fetch').files)
      expect(digest(join(hand, 'tiny-qwen35', name))).toBe(sha256);
    expect(digest(join(hand, 'imatrix.gguf'))).toBe(manifest('imatrix').files[0]?.sha256);
    for (const target of ['convert', ...variants.map((variant) => `quantize/${variant}`)]) {
      const [file] = manifest(target).files;
      expect(pasted).toContain(`${file?.name ?? ''}: OK`);
      expect(digest(join(hand, file?.name ?? ''))).toBe(file?.sha256);
      expect(digest(join(workspace.root, 'dist/tiny-qwen35', file?.name ?? ''))).toBe(file?.sha256);
    }
  }, 900_000);

  it.each(variants)(
    'of %s every KLD metric is what llama-perplexity prints for the lines on the card',
    (variant) => {
      const printed = printedStatistics(pasted, `tiny-qwen35-${variant}.gguf`);
      const {
        kldNats,
        perplexity: { variant: perplexity, base, ratio, recomputedBase },
        sameTopPercent,
      } = manifest(`kld/${variant}`).facts.statistics;
      expect({
        ...kldNats,
        mean: kldNats.mean.value,
        error: kldNats.mean.error,
        perplexity: perplexity.value,
        sameTop: sameTopPercent.value,
      }).toEqual({
        mean: printed('Mean    KLD'),
        error: printed('Mean    KLD', 2),
        maximum: printed('Maximum KLD'),
        percentile99_9: printed('99.9%   KLD'),
        percentile99: printed('99.0%   KLD'),
        percentile95: printed('95.0%   KLD'),
        percentile90: printed('90.0%   KLD'),
        median: printed('Median  KLD'),
        percentile10: printed('10.0%   KLD'),
        percentile5: printed(' 5.0%   KLD'),
        percentile1: printed(' 1.0%   KLD'),
        percentile0_1: printed(' 0.1%   KLD'),
        minimum: printed('Minimum KLD'),
        perplexity: printed('Mean PPL(Q)'),
        sameTop: printed('Same top p:'),
      });
      expect(pasted).toContain(`Final estimate: PPL = ${base.value.toFixed(4)} +/- ${base.error.toFixed(5)}`);
      expect(recomputedBase.value).toBe(printed('Mean PPL(base)'));
      expect(ratio.value).toBeCloseTo(perplexity.value / base.value, 5);
    },
  );

  it('the base of the measurements takes the space on disk that the card says', () => {
    const [, text = ''] =
      /# the logits of the unquantized model: a file of (.+)/.exec(
        readFileSync(join(workspace.root, 'dist/tiny-qwen35/README.md'), 'utf8'),
      ) ?? [];
    expect(sizeText(statSync(join(hand, 'tiny-qwen35.kld')).size)).toBe(text);
  });

  it('the more bits, the closer: KLD of Q4_K_M > Q5_K_M > Q6_K, and rules beat none', () => {
    const [q4, q5, q6, plain] = variants.map(
      (variant) => manifest(`kld/${variant}`).facts.statistics.kldNats.mean.value,
    );
    expect(q4).toBeGreaterThan(q5 ?? Infinity);
    expect(q5).toBeGreaterThan(q6 ?? Infinity);
    expect(plain).toBeGreaterThan(q4 ?? Infinity);
  });

  it('the card, read back, has every file and every figure of the manifests, and shows every picture', () => {
    const card = readCard(readFileSync(join(workspace.root, 'dist/tiny-qwen35/README.md'), 'utf8'));
    expect(card.front).toMatchObject({
      pipeline_tag: 'text-generation',
      library_name: 'gguf',
      tags: ['gguf', 'llama.cpp', 'imatrix', 'synthetic'],
    });
    expect(card.links.filter((link) => link.endsWith('.gguf'))).toEqual(
      variants.flatMap((variant) => manifest(`quantize/${variant}`).files.map(({ name }) => name)),
    );
    const files = tableOf(card, 'File', 'Type', 'Size').map(([name, , size, , , digest]) => [
      name,
      size,
      digest,
    ]);
    expect(files).toEqual(
      [...variants.map((variant) => `quantize/${variant}`), 'convert'].flatMap((target) =>
        manifest(target).files.map(({ name, sizeBytes, sha256 }) => [name, sizeText(sizeBytes), sha256]),
      ),
    );
    const metrics = new Map(
      tableOf(card, 'Metric', ...variants).map(([metric, ...values]) => [metric, values]),
    );
    const statistics = variants.map((variant) => manifest(`kld/${variant}`).facts.statistics);
    expect(metrics.get('Mean KLD')).toEqual(
      statistics.map(({ kldNats: { mean } }) => `${mean.value.toFixed(6)} ± ${mean.error.toFixed(6)}`),
    );
    expect(metrics.get('Maximum KLD')).toEqual(
      statistics.map(({ kldNats }) => kldNats['maximum']?.toFixed(6)),
    );
    expect(metrics.get('99.9 % KLD')).toEqual(
      statistics.map(({ kldNats }) => kldNats['percentile99_9']?.toFixed(6)),
    );
    expect(metrics.get('Perplexity')?.map((text) => text.split(' ')[0])).toEqual(
      statistics.map(({ perplexity }) => perplexity.variant.value.toFixed(4)),
    );
    expect(tableOf(card, 'Compared').map(([pair, of, , , closer]) => [pair, of, closer])).toContainEqual([
      'Q4_K_M − Q4_K_M_PLAIN',
      'mean KLD',
      'Q4_K_M, > 99.9 %',
    ]);
    expect(card.images.map(({ href }) => href).sort()).toEqual(
      manifest('card')
        .files.map(({ name }) => name)
        .filter((name) => name.endsWith('.svg'))
        .sort(),
    );
  });

  it('no manifest and no GGUF knows where the workspace is', () => {
    for (const target of [
      'fetch',
      'convert',
      'imatrix',
      'card',
      ...variants.flatMap((name) => [`quantize/${name}`, `kld/${name}`]),
    ]) {
      expect(
        readFileSync(join(workspace.root, 'dist/tiny-qwen35', target, 'artifact.json'), 'utf8'),
      ).not.toMatch(new RegExp(`${scratch}|${tools.bin}|${tools.source}`));
    }
    for (const variant of variants)
      expect(
        readFileSync(join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`)).includes(scratch),
      ).toBe(false);
  });

  it('materialize lists the unquantized file and all variants', async () => {
    for (const variant of variants)
      rmSync(join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`));
    const { output, exitCode } = await workspace.run(['run', 'tiny-qwen35:materialize']);
    expect(exitCode).toBe(0);
    for (const variant of variants) {
      expect(output).toContain(`dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`);
      expect(digest(join(workspace.root, `dist/tiny-qwen35/tiny-qwen35-${variant}.gguf`))).toBe(
        manifest(`quantize/${variant}`).files[0]?.sha256,
      );
    }
  }, 120_000);
});

describe('comparisons', () => {
  const compare = (...args: string[]) => workspace.run(['run', 'tiny-qwen35:compare', ...args]);

  it('of complete measurements start no tool, and are the difference of what was printed', async () => {
    workspace.processes();
    const { output, exitCode } = await compare('--a=Q5_K_M', '--b=Q4_K_M', '--format=json');
    expect(exitCode).toBe(0);
    expect(workspace.processes()).toEqual([]);
    const [q5, q4] = ['Q5_K_M', 'Q4_K_M'].map(
      (variant) => manifest(`kld/${variant}`).facts.statistics.kldNats.mean,
    );
    const { metrics } = JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('\n}') + 2)) as {
      metrics: {
        metric: string;
        a: object;
        b: object;
        difference: { mean: number; interval: { low: number; high: number } };
        closer: string;
      }[];
    };
    const [kld] = metrics;
    expect(kld).toMatchObject({
      metric: 'meanKld',
      a: { value: q5?.value, error: q5?.error },
      b: { value: q4?.value, error: q4?.error },
      closer: 'a',
    });
    expect(kld?.difference.mean).toBeCloseTo((q5?.value ?? 0) - (q4?.value ?? 0), 6);
    expect(kld?.difference.interval.high).toBeLessThan(0);
  }, 120_000);

  it('that stop early end when they are decided, and leave every measurement as it was', async () => {
    const before = readFileSync(join(workspace.root, 'models/tiny-qwen35/model.json'), 'utf8');
    editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { ctx: 128, chunks: 64 }));
    const measured = workspace.json('dist/tiny-qwen35/kld/Q4_K_M/artifact.json');
    workspace.processes();
    const { output, exitCode } = await compare('--a=Q5_K_M', '--b=Q4_K_M_PLAIN', '--sequential');
    expect(exitCode).toBe(0);
    expect(output).toContain('Q5_K_M is closer: decided after 32 of 64 chunks (2016 tokens)');
    expect(workspace.processes()).toEqual(['llama-perplexity', 'llama-perplexity', 'llama-perplexity']);
    expect((await compare('--a=Q5_K_M', '--b=Q4_K_M_PLAIN', '--sequential')).output).toContain(
      'decided after 32 of 64 chunks',
    );
    expect(workspace.processes()).toEqual([]);
    expect(workspace.json('dist/tiny-qwen35/kld/Q4_K_M/artifact.json')).toEqual(measured);
    writeFileSync(join(workspace.root, 'models/tiny-qwen35/model.json'), before);
  }, 300_000);

  it.each([
    [['--a=Q5_K_M', '--b=Q5_K_M'], 'BAD_OPTIONS: Q5_K_M is compared with itself'],
    [['--a=Q5_K_M', '--b=Q6_K', '--chunks=8'], 'BAD_OPTIONS: --chunks is for --sequential only'],
    [['--a=Q5_K_M', '--b=nobody'], 'VARIANT_MISSING'],
  ])(
    '%p ends with %p',
    async (args, words) => {
      const { output, exitCode } = await compare(...args, '--exclude-task-dependencies');
      expect(exitCode).toBe(1);
      expect(output).toContain(words);
    },
    120_000,
  );
});

describe('the report of these results', () => {
  const page = () => readFileSync(join(workspace.root, 'dist/tiny-qwen35/report.html'), 'utf8');

  it('runs no tool, holds every figure, and has the same bytes when it is made again', async () => {
    workspace.processes();
    expect(await workspace.run(['run', 'tiny-qwen35:report'])).toMatchObject({
      exitCode: 0,
      ran: ['tiny-qwen35:report'],
    });
    expect(workspace.processes()).toEqual([]);
    for (const variant of variants) {
      const { mean } = manifest(`kld/${variant}`).facts.statistics.kldNats;
      expect(page()).toContain(
        `${mean.value.toFixed(6)} <span class="error">± ${mean.error.toFixed(6)}</span>`,
      );
      for (const { sha256 } of manifest(`quantize/${variant}`).files) expect(page()).toContain(sha256);
    }
    const { imatrix } = workspace.json('dist/tiny-qwen35/evidence.json') as {
      imatrix: { datasets: string[]; tensors: string[]; statistics: { name: string }[] };
    };
    expect(imatrix.datasets).toEqual(['calibration.txt']);
    expect(imatrix.statistics.map(({ name }) => name)).toEqual(imatrix.tensors);
    const made = page();
    // Without a store the small results beside the manifests are enough, and nothing of the first page is at
    // hand.
    expect(
      await workspace.run(['run', 'tiny-qwen35:report', '--skip-nx-cache', '--exclude-task-dependencies'], {
        env: { NX_GGUF_STORE: join(scratch, 'empty-store') },
      }),
    ).toMatchObject({ exitCode: 0 });
    expect(page()).toBe(made);
    expect(workspace.processes()).toEqual([]);
  }, 120_000);

  it('of all models is one page about those it depends on', async () => {
    mkdirSync(join(workspace.root, 'tools/models'));
    writeFileSync(
      join(workspace.root, 'tools/models/project.json'),
      JSON.stringify({
        name: 'models',
        targets: {
          report: {
            executor: 'nx-gguf:report-models',
            dependsOn: [{ projects: ['tiny-qwen35'], target: 'report' }],
          },
        },
      }),
    );
    const all = await workspace.run(['run', 'models:report']);
    expect(all.output).toContain('about tiny-qwen35');
    expect(all).toMatchObject({ exitCode: 0, ran: ['models:report'] });
    const made = readFileSync(join(workspace.root, 'dist/models/report.html'), 'utf8');
    expect(made).toContain(manifest('kld/Q6_K').facts.statistics.kldNats.mean.value.toFixed(6));
    // Nx is told nothing of what it shows, so it is put together each time, and is the same.
    expect(await workspace.run(['run', 'models:report'])).toMatchObject({
      exitCode: 0,
      ran: ['models:report'],
    });
    expect(readFileSync(join(workspace.root, 'dist/models/report.html'), 'utf8')).toBe(made);
  }, 120_000);

  it('is served here alone, follows the results, and ends with Ctrl-C', async () => {
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    let group = 0;
    const serving = workspace.run(['run', 'tiny-qwen35:serve-report', `--port=${port}`], {
      onStart: (pid) => {
        group = pid;
      },
    });
    const look = async () => (await fetch(address)).text();
    for (let tries = 0; tries < 600 && (await look().catch(() => '')) === ''; tries += 1) await pause(100);
    expect(await look()).toContain('EventSource');
    const events = (await fetch(`${address}/events`)).body?.getReader();
    const other = openWorkspace(workspace.root, {
      store: join(scratch, 'store'),
      log: join(scratch, 'other.log'),
    });
    const recipe = readFileSync(join(workspace.root, 'models/tiny-qwen35/model.json'));
    editModel(other, (model) =>
      Object.assign(model, { gates: { Q6_K: { atMost: { meanKld: 0.123_456 } } } }),
    );
    expect(await other.run(['run', 'tiny-qwen35:report'])).toMatchObject({ exitCode: 0 });
    for (let heard = ''; !heard.includes('event: changed');)
      heard += Buffer.from(((await events?.read())?.value ?? []) as Uint8Array).toString();
    expect(await look()).toContain('0.123456');
    writeFileSync(join(workspace.root, 'models/tiny-qwen35/model.json'), recipe);
    process.kill(-group, 'SIGINT');
    await serving;
    await expect(look()).rejects.toThrow();
    expect(running(workspace.root).map(({ args }) => args)).toEqual([]);
  }, 180_000);
});

describe('gates', () => {
  const setGates = (gates: unknown) => editModel(workspace, (model) => Object.assign(model, { gates }));
  const runGateAndCard = () => workspace.run(['run-many', '-t', 'gate', 'card', '-p', 'tiny-qwen35']);

  it('of the recipe hold, and Nx remembers that', async () => {
    const first = await workspace.run(['run', 'tiny-qwen35:gate']);
    expect(first).toMatchObject({ exitCode: 0, ran: ['tiny-qwen35:gate'] });
    expect(first.output).toMatch(/tiny-qwen35:gate: \d+ gates passed/);
    expect((await workspace.run(['run', 'tiny-qwen35:gate'])).restored).toContain('tiny-qwen35:gate');
  }, 120_000);

  it('a changed one reruns the gate and the card that shows it, and fails with what was required, measured and missed', async () => {
    const [measured, plain] = ['Q6_K', 'Q4_K_M_PLAIN'].map(
      (variant) => manifest(`kld/${variant}`).facts.statistics.kldNats.mean,
    );
    if (measured === undefined || plain === undefined) throw new Error('nothing is measured');
    setGates({
      Q6_K: {
        atMost: { meanKld: 0.001, size: '1 GiB' },
        noWorseThan: { Q4_K_M_PLAIN: { meanKld: '0%', size: '0%' } },
      },
    });
    workspace.processes();
    const { exitCode, output, ran } = await runGateAndCard();
    const processes = workspace.processes();
    expect({ exitCode, ran, processes }).toEqual({
      exitCode: 1,
      ran: ['tiny-qwen35:card', 'tiny-qwen35:gate'],
      processes: [],
    });
    expect(output).toContain('GATE_FAILED: tiny-qwen35:gate: 2 of 4 gates failed');
    const row = (start: string) => output.split('\n').find((line) => line.startsWith(start)) ?? '';
    expect(row('| Q6_K    | mean KLD | ≤ 0.001000')).toContain(
      `| ${measured.value.toFixed(6)} ± ${measured.error.toFixed(6)} | ${(measured.value - 0.001).toFixed(6)} (`,
    );
    expect(row(`| Q6_K    | mean KLD | ≤ ${plain.value.toFixed(6)}`)).toMatch(
      /\(Q4_K_M_PLAIN: 0\.\d{6}\).*\| +\|$/,
    );
    expect(row('| Q6_K    | size     | ≤ 1 GiB')).toMatch(/ MiB \| +\|$/);
    expect(workspace.json('dist/tiny-qwen35/gate/artifact.json')).toMatchObject({
      step: 'gate',
      facts: { passed: false },
    });
    // Failed is not done: it is asked again, and says the same.
    expect((await runGateAndCard()).output).toContain('GATE_FAILED: tiny-qwen35:gate: 2 of 4 gates failed');
    expect(readFileSync(join(repository, 'docs/caching.md'), 'utf8')).toContain(
      invalidationRow('a gate', { ran, processes }),
    );
  }, 120_000);

  it.each<[string, unknown, string[]]>([
    [
      'unknown metrics',
      { Q6_K: { atMost: { meanKLD: 1 } }, Q4_K_M: { least: {} } },
      [
        'BAD_MODEL',
        '/gates/Q6_K/atMost: unknown property "meanKLD"',
        '/gates/Q4_K_M: unknown property "least"',
      ],
    ],
    [
      'unknown names',
      { Q9: { atMost: { size: 1 } }, Q6_K: { noWorseThan: { unsloth: { size: 1 } } } },
      ['BAD_GATES', 'there is no variant "Q9"', 'there is no reference and no variant "unsloth"'],
    ],
    ['no gates at all', undefined, ['NO_GATES']],
  ])(
    '%s: the target says what is wrong, all at once',
    async (_, gates, says) => {
      setGates(gates);
      const { exitCode, output } = await workspace.run([
        'run',
        'tiny-qwen35:gate',
        '--exclude-task-dependencies',
      ]);
      expect(exitCode).toBe(1);
      for (const words of says) expect(output).toContain(words);
    },
    120_000,
  );
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
