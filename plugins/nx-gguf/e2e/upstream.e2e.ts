import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import type { Lock } from '../src/core/generated/lock.generated.js';
import type { Manifest } from '../src/core/generated/manifest.generated.js';
import {
  bytesOf,
  contentOf,
  fileContent,
  unreadContent,
  type Content,
} from '../src/upstream/testing/hub-content.js';
import { startHub, type HubCommit, type HubServer } from '../src/upstream/testing/hub-server.js';
import { zipOf } from '../src/upstream/testing/zip.js';
import { pastedLines, printedStatistics, runPasted } from './support/pasted.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { editJson } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { repository } from './support/repository.js';
import { scratchDirectory, type NxRun, type TestWorkspace } from './support/workspace.js';

const [first, second] = ['1'.repeat(40), '2'.repeat(40)] as const;
const scratch = scratchDirectory();
const projects = ['models/qwen35-08b', 'tools/corpora/wikitext-2', 'tools/corpora/wikitext-2-train'];

const hasUnzip = spawnSync('unzip', ['-v']).status === 0;

let hub: HubServer;
let workspace: TestWorkspace;

const nx = (args: string[], env: Record<string, string> = {}): Promise<NxRun> =>
  workspace.run(args, { env: { HF_ENDPOINT: hub.endpoint, HF_HOME: join(scratch, 'no-home'), ...env } });
const lockOf = (project: string, file = 'model.lock.json') => workspace.json(join(project, file)) as Lock;
const requests = () => hub.seen.splice(0).map(({ method, url }) => `${method} ${url.split('?')[0] ?? ''}`);

/** A tokenizer's configuration with another chat template. */
function withTemplate(config: Content | undefined, line: string): Content {
  const value = JSON.parse(config === undefined ? '{}' : bytesOf(config).toString()) as object;
  return contentOf(
    JSON.stringify({ ...value, chat_template: `{% for message in messages %}\n${line}\n{% endfor %}\n` }),
  );
}

/** The first fenced block of a language in the section on updating of docs/sources-and-locks.md. */
function documentedBlock(language: string): string {
  const text = readFileSync(join(repository, 'docs/sources-and-locks.md'), 'utf8');
  const section = text.split('\n## Updating what is pinned\n')[1] ?? '';
  const block = new RegExp(`^\`\`\`${language}\\n([^]*?)\\n\`\`\`$`, 'm').exec(
    section.replace(language === '' ? /^```sh\n[^]*?\n```$/m : '', ''),
  )?.[1];
  if (block === undefined) throw new Error('docs/sources-and-locks.md has no such block');
  return block;
}

/**
 * The files of the real repositories, small: a checkpoint, matrix and quants of the embedded model, made by
 * the real tools.
 */
async function standIn(): Promise<{ model: HubCommit; gguf: HubCommit; corpus: HubCommit }> {
  const { exitCode, output } = await workspace.run([
    'run-many',
    '-t',
    'quantize,imatrix',
    '-p',
    'tiny-qwen35',
  ]);
  if (exitCode !== 0) throw new Error(output);
  const blobs = (target: string): Record<string, Content> =>
    Object.fromEntries(
      (workspace.json(`dist/${target.replace(':', '/')}/artifact.json`) as Manifest).files.map(
        ({ name, sha256 }) => [
          name,
          fileContent(join(scratch, 'tiny-store/blobs', sha256.slice(0, 2), sha256)),
        ],
      ),
    );
  const checkpoint = blobs('tiny-qwen35:fetch');
  checkpoint['tokenizer_config.json'] = withTemplate(
    checkpoint['tokenizer_config.json'],
    '{{ message.content }}',
  );
  const dist = (name: string) => {
    cpSync(join(workspace.root, 'dist/tiny-qwen35', name), join(scratch, 'hub', name));
    return fileContent(join(scratch, 'hub', name));
  };
  const gguf: Record<string, Content> = {
    'README.md': contentOf('# quants\n'),
    'imatrix_unsloth.gguf_file': dist('imatrix.gguf'),
    'Qwen3.5-0.8B-BF16.gguf': Object.values(blobs('tiny-qwen35:convert'))[0] ?? unreadContent(0),
    'Qwen3.5-0.8B-Q8_0.gguf': unreadContent(9e9),
  };
  for (const [name, from] of [
    ['Q4_K_M', 'Q4_K_M_PLAIN'],
    ['Q5_K_M', 'Q5_K_M'],
    ['Q6_K', 'Q6_K'],
  ])
    gguf[`Qwen3.5-0.8B-${name ?? ''}.gguf`] = dist(`tiny-qwen35-${from ?? ''}.gguf`);
  const text = readFileSync(join(realTools().source, 'docs/build.md'));
  const zip = zipOf([
    { name: 'wikitext-2-raw/wiki.test.raw', data: text.subarray(0, 9000) },
    { name: 'wikitext-2-raw/wiki.train.raw', data: text.subarray(9000) },
  ]);
  return {
    model: {
      sha: first,
      files: { ...checkpoint, 'pytorch_model.bin': unreadContent(1e9) },
      lfs: ['model.safetensors', 'tokenizer.json', 'pytorch_model.bin'],
    },
    gguf: { sha: first, files: gguf, lfs: Object.keys(gguf).filter((name) => name !== 'README.md') },
    corpus: {
      sha: first,
      files: { 'wikitext-2-raw-v1.zip': contentOf(zip), 'other.zip': unreadContent(7e9) },
      lfs: ['wikitext-2-raw-v1.zip', 'other.zip'],
    },
  };
}

beforeAll(async () => {
  workspace = await createSeededWorkspace(join(scratch, 'workspace'), {
    store: join(scratch, 'tiny-store'),
    tools: realTools(),
  });
  for (const path of projects)
    cpSync(join(repository, path), join(workspace.root, path), {
      recursive: true,
      filter: (from) => !from.endsWith('.lock.json'),
    });
  const { model, gguf, corpus } = await standIn();
  workspace.environment['NX_GGUF_STORE'] = join(scratch, 'store');
  rmSync(join(workspace.root, 'dist/tiny-qwen35'), { recursive: true });
  hub = await startHub([
    { kind: 'model', name: 'unsloth/Qwen3.5-0.8B', commits: [model] },
    { kind: 'model', name: 'unsloth/Qwen3.5-0.8B-GGUF', commits: [gguf] },
    { kind: 'dataset', name: 'ggml-org/ci', commits: [corpus] },
  ]);
}, 300_000);

afterAll(async () => {
  await hub.close();
  rmSync(scratch, { recursive: true, force: true });
});

it('in CI, a source that nothing pins is an error that says what to run', async () => {
  const { exitCode, output } = await nx(['run', 'qwen35-08b:fetch']);
  expect(exitCode).toBe(1);
  expect(output).toContain(
    'LOCK_MISSING: models/qwen35-08b/model.lock.json does not pin source, and in CI (CI is set) nothing is looked up',
  );
  expect(output).toContain(
    'hint: Run `nx g nx-gguf:update --project=qwen35-08b` on your machine and commit model.lock.json.',
  );
  expect(requests()).toEqual([]);
}, 60_000);

it('on a machine of a developer, the first fetch pins', async () => {
  const { exitCode, output } = await nx(['run', 'wikitext-2:fetch'], { CI: '' });
  if (exitCode !== 0) throw new Error(output);
  expect(output).toContain(
    'tools/corpora/wikitext-2/corpus.lock.json now pins source to 111111111111; commit it',
  );
  expect(
    (workspace.json('dist/wikitext-2/fetch/artifact.json') as Manifest).files.map(({ name, sizeBytes }) => [
      name,
      sizeBytes,
    ]),
  ).toEqual([['wiki.test.raw', 9000]]);
}, 60_000);

it('the update generator pins everything, with the same bytes each time, and looks only at what is named', async () => {
  hub.seen.length = 0;
  const { exitCode, output } = await nx(['g', 'nx-gguf:update', '--all']);
  if (exitCode !== 0) throw new Error(output);
  expect(output).toContain('qwen35-08b source: pinned to 111111111111');
  expect(output).toContain('CREATE models/qwen35-08b/model.lock.json');
  expect(output).toContain('wikitext-2 source: unchanged at 111111111111');
  const lock = lockOf('models/qwen35-08b');
  expect(lock.source?.files.map(({ path }) => path)).toEqual([
    'README.md',
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  expect(lock.imatrix?.files.map(({ path }) => path)).toEqual(['imatrix_unsloth.gguf_file']);
  expect(lock.planFrom?.files.map(({ path }) => path)).toEqual(['Qwen3.5-0.8B-BF16.gguf']);
  expect(Object.keys(lock.references ?? {})).toEqual(['unsloth-Q4_K_M', 'unsloth-Q5_K_M', 'unsloth-Q6_K']);
  const asked = requests();
  expect(asked.filter((line) => /GGUF\/tree|\.gguf|cdn|\.zip/.test(line))).toEqual([]);
  const text = readFileSync(join(workspace.root, 'models/qwen35-08b/model.lock.json'), 'utf8');
  rmSync(join(workspace.root, 'models/qwen35-08b/model.lock.json'));
  expect((await nx(['g', 'nx-gguf:update', '--project=qwen35-08b'])).exitCode).toBe(0);
  expect(readFileSync(join(workspace.root, 'models/qwen35-08b/model.lock.json'), 'utf8')).toBe(text);
}, 120_000);

it('a plan is made from the header that the model declares, before any weight is here', async () => {
  hub.seen.length = 0;
  workspace.processes();
  const { exitCode, output, ran } = await nx(['run', 'qwen35-08b:plan:Q4_K_M']);
  if (exitCode !== 0) throw new Error(output);
  expect(ran).toEqual(['qwen35-08b:imatrix', 'qwen35-08b:plan:Q4_K_M']);
  expect(workspace.processes()).toEqual(['llama-quantize --dry-run', 'llama-quantize --dry-run']);
  const file = hub.repos[1]?.commits[0]?.files['Qwen3.5-0.8B-BF16.gguf']?.sizeBytes ?? 0;
  expect(hub.seen.find(({ url }) => url.split('?')[0]?.endsWith('/Qwen3.5-0.8B-BF16.gguf'))).toMatchObject({
    method: 'GET',
    url: expect.stringContaining(`/unsloth/Qwen3.5-0.8B-GGUF/resolve/${first}/`) as string,
    range: 'bytes=0-262143',
  });
  expect(hub.seen.reduce((sum, { sentBytes }) => sum + sentBytes, 0)).toBeLessThan(file / 4);
  hub.seen.length = 0;
  // Whatever Nx forgot, a known header is not asked for again.
  expect((await nx(['run', 'qwen35-08b:plan:Q4_K_M', '--skip-nx-cache'])).exitCode).toBe(0);
  expect([requests(), workspace.processes()]).toEqual([[], []]);
}, 120_000);

it('the whole graph of the reference model runs from nothing to the card, with the references side by side', async () => {
  hub.seen.length = 0;
  const { exitCode, output } = await nx(['run', 'qwen35-08b:card']);
  if (exitCode !== 0) throw new Error(output);
  const asked = requests();
  expect(
    asked.filter((line) => /\/api\/(models|datasets)\/[^/]+\/[^/]+\/(revision|tree|paths-info)/.test(line)),
  ).toEqual([]);
  expect(
    asked
      .filter((line) => line.includes('/resolve/') && !line.includes('/resolve-cache/'))
      .map((line) => line.split('/').at(-1))
      .sort(),
  ).toEqual([
    'Qwen3.5-0.8B-Q4_K_M.gguf',
    'Qwen3.5-0.8B-Q5_K_M.gguf',
    'Qwen3.5-0.8B-Q6_K.gguf',
    'model.safetensors',
    'tokenizer.json',
  ]);
  const card = readFileSync(join(workspace.root, 'dist/qwen35-08b/README.md'), 'utf8');
  for (const variant of ['Q4_K_M', 'Q5_K_M', 'Q6_K'])
    expect(card).toMatch(new RegExp(`\\| Metric +\\| +unsloth-${variant} \\| +${variant} \\(this\\) \\|`));
  expect(card).toMatch(/\| Mean KLD +\| +(\*\*)?\d\.\d{6} ±\u00a0\d\.\d{6}/);
  expect(card).not.toContain('not measured');
  expect(card).toMatch(/^base_model: unsloth\/Qwen3\.5-0\.8B\nbase_model_relation: quantized$/m);
  for (const name of ['kld-size', 'kld-percentiles', 'tensors-Q4_K_M'])
    expect(readFileSync(join(workspace.root, `dist/qwen35-08b/pictures/${name}.svg`), 'utf8')).toMatch(
      /^<svg /,
    );
}, 600_000);

(hasUnzip ? it : it.skip)(
  'the lines on its card, pasted into a shell, bring everything from the hub, write the same bytes and measure the same, references too',
  async () => {
    const hand = join(scratch, 'by-hand');
    const card = readFileSync(join(workspace.root, 'dist/qwen35-08b/README.md'), 'utf8');
    const printed = await runPasted(pastedLines(card), {
      directory: hand,
      tools: realTools(),
      env: {
        HF_ENDPOINT: hub.endpoint,
        HF_HOME: join(scratch, 'hf-home'),
        HF_HUB_DISABLE_XET: '1',
        HF_HUB_DISABLE_TELEMETRY: '1',
        HF_HUB_DISABLE_PROGRESS_BARS: '1',
      },
    });
    requests();
    const manifest = (target: string) =>
      workspace.json(`dist/qwen35-08b/${target}/artifact.json`) as Manifest;
    const meanOf = (name: string) =>
      (
        manifest(`kld/${name}`).facts as {
          statistics: { kldNats: { mean: { value: number; error: number } } };
        }
      ).statistics.kldNats.mean;
    for (const variant of ['Q4_K_M', 'Q5_K_M', 'Q6_K']) {
      expect(printed).toContain(`Qwen3.5-0.8B-${variant}.gguf: OK`);
      for (const [name, model] of [
        [variant, `Qwen3.5-0.8B-${variant}.gguf`],
        [`unsloth-${variant}`, `references/unsloth-${variant}/Qwen3.5-0.8B-${variant}.gguf`],
      ] as const) {
        const value = printedStatistics(printed, model);
        expect([name, value('Mean    KLD'), value('Mean    KLD', 2)]).toEqual([
          name,
          meanOf(name).value,
          meanOf(name).error,
        ]);
      }
    }
    expect(meanOf('unsloth-Q4_K_M').value).not.toBe(meanOf('Q4_K_M').value);
    rmSync(hand, { recursive: true });
  },
  600_000,
);

it('then nothing is left to do, and nothing is asked', async () => {
  const { exitCode, ran } = await nx(['run', 'qwen35-08b:card']);
  expect({ exitCode, ran }).toEqual({ exitCode: 0, ran: [] });
  expect(requests()).toEqual([]);
}, 120_000);

it('its report shows the references beside the variants, and asks the hub for nothing', async () => {
  const { exitCode, output, ran } = await nx(['run', 'qwen35-08b:report']);
  if (exitCode !== 0) throw new Error(output);
  expect(ran).toEqual(['qwen35-08b:report']);
  expect(requests()).toEqual([]);
  const page = readFileSync(join(workspace.root, 'dist/qwen35-08b/report.html'), 'utf8');
  for (const name of ['Q4_K_M', 'Q5_K_M', 'Q6_K', 'unsloth-Q4_K_M', 'unsloth-Q5_K_M', 'unsloth-Q6_K']) {
    const { facts } = workspace.json(`dist/qwen35-08b/kld/${name}/artifact.json`) as {
      facts: { statistics: { kldNats: { mean: { value: number } } } };
    };
    expect(page).toContain(name);
    expect(page).toContain(facts.statistics.kldNats.mean.value.toFixed(6));
  }
}, 120_000);

it('a second member of an archive that is there is not downloaded again', async () => {
  expect((await nx(['run', 'wikitext-2-train:fetch'])).exitCode).toBe(0);
  expect(requests()).toEqual([]);
}, 60_000);

describe('when the repository moves on', () => {
  beforeAll(() => {
    const [model] = hub.repos;
    const before = model?.commits[0];
    if (model === undefined || before === undefined) throw new Error('no repository');
    model.commits.push({
      ...before,
      sha: second,
      files: {
        ...before.files,
        'tokenizer_config.json': withTemplate(
          before.files['tokenizer_config.json'],
          '{{ message.content | trim }}',
        ),
        NOTICE: contentOf('new\n'),
      },
    });
  });

  it('--check ends with exit code 1 and a summary for machines, and changes nothing', async () => {
    const { exitCode, output } = await nx([
      'g',
      'nx-gguf:update',
      '--all',
      '--check',
      '--summary=tmp/update.json',
    ]);
    expect(exitCode).toBe(1);
    expect(output).toContain('LOCK_BEHIND: not what is pinned: qwen35-08b');
    const summary = workspace.json('tmp/update.json') as {
      behind: boolean;
      failed: boolean;
      projects: {
        project: string;
        sources: { place: string; status: string; files: { path: string }[] }[];
      }[];
    };
    expect(summary).toMatchObject({ behind: true, failed: false });
    const line = output.split('\n').find((text) => text.startsWith('{"behind"')) ?? '';
    expect(JSON.parse(line)).toEqual(summary);
    expect(
      summary.projects
        .find(({ project }) => project === 'qwen35-08b')
        ?.sources.map(({ place, status, files }) => [place, status, files.map(({ path }) => path)]),
    ).toEqual([
      ['source', 'changed', ['NOTICE', 'tokenizer_config.json']],
      ['imatrix', 'current', []],
      ['planFrom', 'current', []],
      ['references.unsloth-Q4_K_M', 'current', []],
      ['references.unsloth-Q5_K_M', 'current', []],
      ['references.unsloth-Q6_K', 'current', []],
    ]);
    expect(lockOf('models/qwen35-08b').source?.commit).toBe(first);
  }, 60_000);

  it('the update shows the change of the chat template, and pins it', async () => {
    const { exitCode, output } = await nx(['g', 'nx-gguf:update', '--project=qwen35-08b']);
    expect(exitCode).toBe(0);
    expect(output).toContain('qwen35-08b source: 111111111111 → 222222222222');
    expect(output).toContain('added   NOTICE 4 B');
    expect(output).toContain('+{{ message.content | trim }}');
    expect(output).toContain('UPDATE models/qwen35-08b/model.lock.json');
    for (const line of documentedBlock('').split('\n')) expect(output).toContain(line);
    expect((await nx(['g', 'nx-gguf:update', '--all', '--check'])).exitCode).toBe(0);
    requests();
  }, 60_000);

  it('then only the changed files are fetched, and only what they reach is run (the aggregate `reference` does nothing)', async () => {
    const { exitCode, ran } = await nx(['run-many', '-t', 'fetch,reference', '-p', 'qwen35-08b']);
    expect({ exitCode, ran }).toEqual({ exitCode: 0, ran: ['qwen35-08b:fetch', 'qwen35-08b:reference'] });
    expect(requests()).toEqual([]);
  }, 60_000);

  it('a source that cannot be looked up fails, and leaves the lock as it is', async () => {
    hub.faults.push({ host: 'hub', url: /GGUF\/revision/, times: 1, status: 403 });
    const text = readFileSync(join(workspace.root, 'models/qwen35-08b/model.lock.json'), 'utf8');
    const { exitCode, output } = await nx(['g', 'nx-gguf:update', '--project=qwen35-08b']);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/UPDATE_FAILED: qwen35-08b imatrix: HUB_FORBIDDEN/);
    expect(readFileSync(join(workspace.root, 'models/qwen35-08b/model.lock.json'), 'utf8')).toBe(text);
  }, 60_000);
});

it('the commands of docs/sources-and-locks.md, as they are written', async () => {
  const commands = documentedBlock('sh')
    .split('\n')
    .map((line) => line.replace(/ *#.*/, '').split(' '))
    .filter(([program]) => program === 'npx');
  expect(commands.length).toBeGreaterThan(3);
  for (const [, , ...args] of commands) {
    const { exitCode, output } = await nx(args, { CI: '' });
    if (exitCode !== 0) throw new Error(`${args.join(' ')}\n${output}`);
  }
}, 120_000);

it('a lock that does not fit the declaration is an error that says what to run', async () => {
  editJson(workspace, 'models/qwen35-08b/model.json', (value) => {
    (value as { source: { exclude: string[] } }).source.exclude = ['NOTICE'];
  });
  const { exitCode, output } = await nx(['run', 'qwen35-08b:fetch']);
  expect(exitCode).toBe(1);
  expect(output).toContain(
    'LOCK_OUTDATED: qwen35-08b: model.lock.json pins another source than model.json declares',
  );
  expect((await nx(['g', 'nx-gguf:update', '--project=qwen35-08b'])).exitCode).toBe(0);
  expect((await nx(['run', 'qwen35-08b:fetch'])).exitCode).toBe(0);
}, 60_000);

it('a git repository is a source too', async () => {
  const root = join(scratch, 'git');
  mkdirSync(root);
  for (const args of [
    ['init', '-q', '-b', 'main', '.'],
    ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '--allow-empty', '-m', 'empty'],
  ])
    execFileSync('git', args, { cwd: root });
  cpSync(join(workspace.root, 'models/tiny-qwen35/checkpoint'), join(root, 'checkpoint'), {
    recursive: true,
  });
  writeFileSync(join(root, 'model.safetensors'), 'weights');
  for (const args of [
    ['add', '.'],
    ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'files'],
  ])
    execFileSync('git', args, { cwd: root });
  editJson(workspace, 'models/tiny-qwen35/model.json', (value) => {
    (value as { source: unknown }).source = {
      type: 'git',
      url: root,
      revision: 'main',
      include: ['checkpoint/*.mjs', 'model.safetensors'],
    };
  });
  expect((await nx(['g', 'nx-gguf:update', '--project=tiny-qwen35'])).exitCode).toBe(0);
  expect((await nx(['run', 'tiny-qwen35:fetch'])).exitCode).toBe(0);
  const manifest = workspace.json('dist/tiny-qwen35/fetch/artifact.json') as Manifest;
  const names = manifest.files.map(({ name }) => name);
  expect(names.filter((name) => !/^checkpoint\/[\w-]+\.mjs$/.test(name))).toEqual(['model.safetensors']);
  expect(JSON.stringify(manifest)).not.toContain(scratch);
  expect(existsSync(join(workspace.root, 'models/tiny-qwen35/model.lock.json'))).toBe(true);
}, 60_000);
