import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editJson, editModel, shrinkModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { createWorkspace, scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const tiny = 'models/tiny-qwen35';
let workspace: TestWorkspace;

/**
 * A workspace with the embedded model, and with `models/mine`: the same in a model.json and the files that it
 * names, and nothing else.
 */
beforeAll(async () => {
  workspace = await createWorkspace(join(scratch, 'ws'), {
    store: join(scratch, 'store'),
    tools: realTools(),
  });
  shrinkModel(workspace);
  cpSync(path(tiny), path('models/mine'), { recursive: true });
  rmSync(path('models/mine/project.json'));
  editJson(workspace, 'models/mine/model.json', (model) =>
    Object.assign(model as object, {
      name: 'mine',
      quantize: { Q4_K_M: { ftype: 'Q4_K_M' } },
      gates: undefined,
    }),
  );
  put(
    'other/project.json',
    JSON.stringify({ name: 'other', targets: { build: { command: 'echo other was built' } } }),
  );
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'state');
}, 300_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));
afterEach(() => {
  git('checkout', '-q', '.');
  git('clean', '-qfd', 'models', 'tools', 'other');
});

const path = (relative: string): string => join(workspace.root, relative);
const text = (relative: string): string => readFileSync(path(relative), 'utf8');
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', ...args], {
    cwd: workspace.root,
    encoding: 'utf8',
  });

function put(relative: string, content: string): void {
  mkdirSync(join(path(relative), '..'), { recursive: true });
  writeFileSync(path(relative), content);
}

/** Runs Nx; its exit code and what it printed. */
async function nx(...args: string[]) {
  const { exitCode, output, ran } = await workspace.run(args);
  return { exitCode, output, ran };
}

async function fails(args: readonly string[], ...says: string[]): Promise<void> {
  workspace.processes();
  const { exitCode, output } = await nx(...args);
  expect({ exitCode, output }).toMatchObject({ exitCode: 1 });
  for (const words of says) expect(output).toContain(words);
  expect(workspace.processes()).toEqual([]);
}

describe('a directory with a model.json', () => {
  it('is a model: a variant is one line in it, and needs nothing else', async () => {
    expect(await nx('run', 'mine:quantize:Q4_K_M')).toMatchObject({ exitCode: 0 });
    expect(existsSync(path('dist/mine/mine-Q4_K_M.gguf'))).toBe(true);
    editJson(workspace, 'models/mine/model.json', (model) =>
      Object.assign((model as { quantize: object }).quantize, { Q8_0: { ftype: 'Q8_0' } }),
    );
    expect(await nx('run', 'mine:quantize:Q8_0')).toMatchObject({
      exitCode: 0,
      ran: expect.arrayContaining(['mine:quantize:Q8_0']) as string[],
    });
    expect(existsSync(path('dist/mine/mine-Q8_0.gguf'))).toBe(true);
  }, 300_000);

  it('has the same targets beside a package.json that names it', async () => {
    editJson(workspace, 'package.json', (json) =>
      Object.assign(json as object, { workspaces: ['models/*'] }),
    );
    put(
      'models/mine/package.json',
      JSON.stringify({
        name: '@me/mine',
        version: '1.0.0',
        nx: { targets: { 'quantize:Q4_K_M': { options: { threads: 1 } } } },
      }),
    );
    const { output, exitCode } = await nx('show', 'project', '@me/mine', '--json');
    expect(exitCode).toBe(0);
    const { targets } = JSON.parse(output) as {
      targets: Record<string, { options: object; inputs: unknown[] }>;
    };
    expect(targets['quantize:Q4_K_M']).toMatchObject({
      executor: 'nx-gguf:quantize',
      options: { variant: 'Q4_K_M', threads: 1 },
    });
    expect(targets['card']?.inputs.length).toBeGreaterThan(3);
    expect(await nx('run', '@me/mine:fetch')).toMatchObject({ exitCode: 0 });
  }, 300_000);

  it('is drawn with its corpus and its toolchain, and affected by them', async () => {
    const affected = async (file: string) =>
      (
        JSON.parse(
          (await nx('show', 'projects', '--affected', `--files=${file}`, '--json')).output,
        ) as string[]
      ).sort();
    expect(await affected('tools/corpora/llama-docs/corpus.json')).toEqual([
      'llama-docs',
      'mine',
      'tiny-qwen35',
    ]);
    expect(await affected('tools/llama-cpp/toolchain.json')).toEqual([
      'llama-cpp',
      'llama-docs',
      'mine',
      'tiny-qwen35',
    ]);
    expect(await affected('models/mine/model.json')).toEqual(['mine']);
  }, 180_000);

  it('tells Nx no value of its recipe', async () => {
    const shown = async () => (await nx('show', 'project', 'tiny-qwen35', '--json')).output;
    const before = await shown();
    editModel(workspace, (model) => {
      Object.assign(model.evaluation, { chunks: 7, ctx: 256 });
      Object.assign(model.quantize['Q6_K'] ?? {}, { ftype: 'Q5_0' });
      Object.assign(model, { gates: { Q6_K: { atMost: { meanKld: 3 } } }, description: 'Another.' });
    });
    expect(await shown()).toBe(before);
  }, 180_000);

  it('can be asked for its sources without a project.json', async () => {
    expect((await nx('g', 'nx-gguf:update', '--project=mine')).output).toContain(
      'mine: declares no source to pin',
    );
  }, 180_000);
});

describe('what disagrees with model.json ends before any work', () => {
  it('a variant with a typo, which Nx would take for all variants', async () => {
    // As by default, where the hook that refuses has a process of its own.
    workspace.environment['NX_ISOLATE_PLUGINS'] = 'true';
    await fails(
      ['run', 'tiny-qwen35:quantize:Q4_KM'],
      'VARIANT_UNKNOWN: tiny-qwen35:quantize:Q4_KM: there is no "Q4_KM" (did you mean \'Q4_K_M\'?)',
      'Declared in models/tiny-qwen35/model.json are: Q4_K_M, Q5_K_M, Q6_K, Q4_K_M_PLAIN',
    );
    workspace.environment['NX_ISOLATE_PLUGINS'] = 'false';
    await fails(['run', 'tiny-qwen35:kld', '--configuration=Q9'], 'VARIANT_UNKNOWN', 'Q9');
    await fails(
      ['run', `${tiny}:quantize:Q6_K`],
      'VARIANT_UNKNOWN: Nx takes "Q6_K" for a configuration of tiny-qwen35:quantize here',
      'nx run tiny-qwen35:quantize:Q6_K',
    );
  }, 180_000);

  it("inputs of a project.json in place of the plugin's", async () => {
    editJson(workspace, `${tiny}/project.json`, (project) =>
      Object.assign((project as { targets: Record<string, object> }).targets['fetch'] ?? {}, {
        inputs: ['{projectRoot}/model.json'],
      }),
    );
    await fails(
      ['run', 'tiny-qwen35:fetch'],
      `TARGET_CONTRADICTED: tiny-qwen35: its targets are not those that ${tiny}/model.json asks for`,
      `  fetch: ${tiny}/project.json leaves out of "inputs": {"json":"{projectRoot}/model.json","fields":["source","toolchain"]}`,
    );
    git('checkout', '-q', '.');
    // Of a target that comes last the first one tells, before any work.
    editJson(workspace, `${tiny}/project.json`, (project) =>
      Object.assign((project as { targets: Record<string, object> }).targets['card'] ?? {}, { inputs: [] }),
    );
    await fails(
      ['run', 'tiny-qwen35:fetch'],
      'TARGET_CONTRADICTED',
      `  card: ${tiny}/project.json leaves out of "inputs"`,
    );
  }, 180_000);

  it('the defaults that nx.json had to have before', async () => {
    editJson(workspace, 'nx.json', (json) =>
      Object.assign(json as object, {
        namedInputs: {
          upstream: [{ dependentTasksOutputFiles: '**/artifact.json' }, { externalDependencies: [] }],
        },
        targetDefaults: {
          'nx-gguf:fetch': {
            cache: true,
            inputs: [{ json: '{projectRoot}/model.json', fields: ['source', 'toolchain'] }, 'upstream'],
          },
        },
      }),
    );
    await fails(
      ['run', 'mine:fetch'],
      'TARGET_CONTRADICTED',
      '"targetDefaults" of nx.json leaves out of "inputs"',
      'make-checkpoint.mjs',
    );
  }, 180_000);

  it('an option that older workspaces had', async () => {
    put(
      'tools/corpora/llama-docs/project.json',
      JSON.stringify({
        name: 'llama-docs',
        targets: { fetch: { executor: 'nx-gguf:fetch', options: { config: 'corpus.json' } } },
      }),
    );
    await fails(
      ['run', 'llama-docs:fetch'],
      'BAD_OPTIONS: llama-docs:fetch: the top level: unknown property "config"',
      'Delete "config" from project.json',
    );
  }, 180_000);

  it('a line for a variant that is gone, until nx sync removes it', async () => {
    editModel(workspace, (model) => {
      delete model.quantize['Q6_K'];
      Object.assign(model, { gates: undefined });
    });
    await fails(
      ['run', 'tiny-qwen35:quantize:Q6_K', '--exclude-task-dependencies'],
      `VARIANT_MISSING: tiny-qwen35:quantize:Q6_K stands in ${tiny}/project.json, and ${tiny}/model.json declares no variant "Q6_K"`,
      '`nx sync` removes',
    );
  }, 180_000);
});

describe('a wrong file', () => {
  it.each<[string, () => void, string]>([
    [
      'no JSON',
      () => put('models/mine/model.json', text('models/mine/model.json').replace('"name"', '"name')),
      'BAD_MODEL: models/mine/model.json:1:',
    ],
    [
      'a schema error',
      () =>
        put(
          'models/mine/model.json',
          JSON.stringify({ ...(workspace.json('models/mine/model.json') as object), qantize: {} }, null, 2),
        ),
      'unknown property "qantize"',
    ],
    [
      'two projects of one name',
      () => cpSync(path('models/mine'), path('tools/mine'), { recursive: true }),
      'PROJECT_NAME_TAKEN: models/mine/model.json and tools/mine/model.json would make projects of one name, mine',
    ],
    [
      'two files for one target',
      () => put('models/mine/corpus.json', '{ "source": { "type": "path", "path": "x" } }'),
      'PROJECT_AMBIGUOUS',
    ],
  ])(
    'fails the targets of its project, and no other: %s',
    async (_, make, says) => {
      make();
      await fails(['run', 'mine:fetch', '--exclude-task-dependencies'], says);
      expect(await nx('run', 'other:build')).toMatchObject({
        exitCode: 0,
        output: expect.stringContaining('other was built') as string,
      });
    },
    180_000,
  );

  it('that is broken hides no variant: all of them, and one that cannot be read any more, say what is wrong', async () => {
    put(
      'models/mine/model.json',
      '{ "name": "mine", "source": { "type": "path", "path": "x" },\n  "quantize": { "Q4_K_M": {',
    );
    await fails(['run', 'mine:quantize'], 'BAD_MODEL: models/mine/model.json:2:');
    await fails(['run', 'mine:quantize:Q8_0'], 'BAD_MODEL: models/mine/model.json:2:');
    git('checkout', '-q', 'models/mine');
    put(`${tiny}/model.json`, text(`${tiny}/model.json`).slice(0, 400));
    const lines = text(`${tiny}/project.json`);
    await fails(['sync'], `BAD_MODEL: ${tiny}/model.json:1:`);
    expect(text(`${tiny}/project.json`)).toBe(lines);
  }, 180_000);

  it('and a remote that is none end a batch of tasks, which Nx would begin again for ever', async () => {
    const { exitCode, output } = await workspace.run(
      ['run', 'mine:quantize:Q4_K_M', '--exclude-task-dependencies', '--skip-nx-cache'],
      { env: { NX_GGUF_REMOTE: 'garbage' } },
    );
    expect({ exitCode, output }).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('BAD_REMOTE') as string,
    });
  }, 180_000);

  it('in a directory whose name Nx takes for a pattern is refused, as no change would be seen there', async () => {
    cpSync(path('models/mine'), path('models/mine (v2)'), { recursive: true });
    await fails(
      ['run', 'mine (v2):fetch', '--exclude-task-dependencies'],
      'DIRECTORY_NAME: models/mine (v2)',
    );
  }, 180_000);

  it('of another program is none', async () => {
    put('other/model.json', '{ "format": "graph-model", "weightsManifest": [] }');
    expect(
      Object.keys(
        (JSON.parse((await nx('show', 'project', 'other', '--json')).output) as { targets: object }).targets,
      ),
    ).toEqual(['build']);
  }, 180_000);
});

describe('nx sync', () => {
  it('lists what is declared in project.json, keeps what a person wrote, and is then in step', async () => {
    const before = text(`${tiny}/project.json`);
    expect(await nx('sync:check')).toMatchObject({ exitCode: 0 });
    put(
      `${tiny}/project.json`,
      before.replace('"fetch": {', '// Slowly.\n    "fetch": { "options": { "maxBytesPerSecond": 1000 },'),
    );
    const own = text(`${tiny}/project.json`);
    editModel(workspace, ({ quantize }) => {
      delete quantize['Q6_K'];
      Object.assign(quantize, { Q8_0: { ftype: 'Q8_0' } });
    });
    const check = await nx('sync:check');
    expect(check.exitCode).toBe(1);
    for (const words of ['quantize:Q8_0 is missing', 'kld:Q6_K is no longer declared'])
      expect(check.output).toContain(words);
    expect(text(`${tiny}/project.json`)).toBe(own);
    expect(await nx('sync')).toMatchObject({ exitCode: 0 });
    const after = text(`${tiny}/project.json`);
    expect(after).toContain(
      '"quantize:Q8_0": { "executor": "nx-gguf:quantize", "options": { "variant": "Q8_0" } }',
    );
    expect(after).toContain('// Slowly.\n    "fetch": { "options": { "maxBytesPerSecond": 1000 },');
    expect(after).not.toContain('"quantize:Q6_K"');
    expect(existsSync(path('models/mine/project.json'))).toBe(false);
    expect(await nx('sync:check')).toMatchObject({ exitCode: 0 });
    expect(text(`${tiny}/project.json`)).toBe(after);
  }, 300_000);
});

describe('a prefix for the names of targets', () => {
  it('keeps them apart from those of other projects', async () => {
    editJson(workspace, 'nx.json', (json) => {
      const nxJson = json as { plugins: unknown[] };
      nxJson.plugins = nxJson.plugins.map((plugin) =>
        plugin === 'nx-gguf' ? { plugin, options: { targetPrefix: 'gguf-' } } : plugin,
      );
    });
    rmSync(path(`${tiny}/project.json`));
    workspace.processes();
    expect(await nx('run-many', '-t', 'build')).toMatchObject({ exitCode: 0, ran: ['other:build'] });
    expect(await nx('run', 'mine:gguf-quantize')).toMatchObject({
      exitCode: 0,
      ran: expect.arrayContaining([
        'mine:gguf-quantize:Q4_K_M',
        'mine:gguf-convert',
        'llama-docs:gguf-fetch',
      ]) as string[],
    });
    expect(existsSync(path('dist/mine/mine-Q4_K_M.gguf'))).toBe(true);
    await fails(['run', 'mine:gguf-quantize:Q4'], 'VARIANT_UNKNOWN: mine:gguf-quantize:Q4: there is no "Q4"');
  }, 300_000);

  it('that is none fails with a code', async () => {
    editJson(workspace, 'nx.json', (json) => {
      const nxJson = json as { plugins: unknown[] };
      nxJson.plugins = nxJson.plugins.map((plugin) =>
        plugin === 'nx-gguf' ? { plugin, options: { targetPrefix: '../' } } : plugin,
      );
    });
    await fails(['run', 'mine:fetch', '--exclude-task-dependencies'], 'BAD_PLUGIN', 'targetPrefix');
  }, 180_000);
});
