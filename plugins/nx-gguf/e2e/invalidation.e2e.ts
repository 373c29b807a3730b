import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { invalidationRow } from './support/invalidation-row.js';
import { editModel, shrinkModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { useOtherBuild } from './support/tool-shims.js';
import { repository } from './support/repository.js';
import { createWorkspace, openWorkspace, scratchDirectory, type TestWorkspace } from './support/workspace.js';

const scratch = scratchDirectory();
const store = join(scratch, 'store');
const log = join(scratch, 'ws-processes.log');
const documented = readFileSync(join(repository, 'docs/caching.md'), 'utf8');
let workspace: TestWorkspace;

const variants = ['Q4_K_M', 'Q4_K_M_PLAIN', 'Q5_K_M', 'Q6_K'];
const model = (...targets: string[]) => targets.map((target) => `tiny-qwen35:${target}`);
const plans = model(...variants.map((name) => `plan:${name}`));
const quantizations = model(...variants.map((name) => `quantize:${name}`));
const measurements = model(...variants.map((name) => `kld:${name}`));
const ofModel = [
  ...model('card', 'convert', 'fetch', 'imatrix'),
  ...plans,
  ...quantizations,
  ...measurements,
].sort();
const everything = ['llama-docs:fetch', ...ofModel].sort();
const toolchain = ['build', 'python', 'source'].map((part) => `llama-cpp:${part}`);
const times = (count: number, name: string) => Array.from({ length: count }, () => name);
/**
 * One for each variant with rules, and one for each type without: what they tell depends on the header alone.
 */
const dryRun = 'llama-quantize --dry-run';
/** A converted model is loaded once. */
const load = 'llama-perplexity --no-warmup';
// One run on the whole model; each variant after it shares tensors, and takes a run for metadata and one for
// the rest.
const sharing = times(2, 'llama-quantize');
const quantizing = ['llama-quantize', ...times(6, 'llama-quantize')];
const allTools = [
  'convert',
  'llama-imatrix',
  ...times(5, 'llama-perplexity'),
  load,
  ...quantizing,
  ...times(6, dryRun),
  'make-checkpoint.mjs',
  'make-corpus.mjs',
];

beforeAll(async () => {
  workspace = await createWorkspace(join(scratch, 'ws'), { store, tools: realTools() });
  shrinkModel(workspace);
  workspace.edit('models/tiny-qwen35/tensor_types.txt', (text) => `${text}# rules of all variants\n`);
  cpSync(
    join(workspace.root, 'models/tiny-qwen35/tensor_types.txt'),
    join(workspace.root, 'models/tiny-qwen35/q5.txt'),
  );
  editModel(workspace, ({ quantize }) => Object.assign(quantize['Q5_K_M'] ?? {}, { tensorTypes: 'q5.txt' }));
  // Files that nothing names yet, beside one that says what the converter is told.
  cpSync(
    join(workspace.root, 'models/tiny-qwen35/card.md'),
    join(workspace.root, 'models/tiny-qwen35/other-card.md'),
  );
  appendFileSync(join(workspace.root, 'models/tiny-qwen35/other-card.md'), '\nOther words.\n');
  writeFileSync(join(workspace.root, 'models/tiny-qwen35/metadata.json'), '{ "general.author": "e2e" }\n');
  writeFileSync(
    join(workspace.root, 'models/tiny-qwen35/other-metadata.json'),
    '{ "general.author": "somebody else" }\n',
  );
  editModel(workspace, ({ convert }) => Object.assign(convert, { metadata: 'metadata.json' }));
  cpSync(join(workspace.root, 'tools/corpora/llama-docs'), join(workspace.root, 'tools/corpora/other-docs'), {
    recursive: true,
  });
  workspace.edit('tools/corpora/other-docs/make-corpus.mjs', (text) =>
    text.replace('text(evaluation)', "text(evaluation).replaceAll('e', 'a')"),
  );
  writeFileSync(join(workspace.root, 'README.md'), 'A workspace.\n');
  writeFileSync(join(workspace.root, 'package-lock.json'), lockFile('1.0.0'));
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'state');
}, 600_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function git(...args: string[]): string {
  return execFileSync(
    'git',
    ['-c', 'user.name=e2e', '-c', 'user.email=e2e@localhost', '-c', 'init.defaultBranch=main', ...args],
    { cwd: workspace.root, encoding: 'utf8' },
  );
}

function lockFile(version: string): string {
  const name = 'unrelated';
  return `${JSON.stringify({ name: 'e2e', lockfileVersion: 3, packages: { '': { name: 'e2e', devDependencies: { [name]: version } }, [`node_modules/${name}`]: { version, integrity: 'sha512-AA==' } } }, null, 2)}\n`;
}

async function nx(args: readonly string[], on: TestWorkspace = workspace) {
  const run = await on.run(args);
  if (run.exitCode !== 0) throw new Error(run.output);
  return { ran: run.ran, processes: on.processes() };
}

const runCard = (on?: TestWorkspace) => nx(['run', 'tiny-qwen35:card'], on);

/** A change of the committed files, what Nx runs because of it, and the processes it starts. */
interface Change {
  name: string;
  make: () => unknown;
  ran: string[];
  processes: string[];
}

const changes: Change[] = [
  { name: 'nothing', make: () => undefined, ran: [], processes: [] },
  {
    name: 'a rule of one variant',
    make: () =>
      workspace.edit('models/tiny-qwen35/q5.txt', (text) =>
        text.replace('ssm_out\\.weight$=q8_0', 'ssm_out\\.weight$=q6_K'),
      ),
    ran: model('card', 'kld:Q5_K_M', 'plan:Q5_K_M', 'quantize:Q5_K_M'),
    processes: [...times(2, 'llama-perplexity'), ...sharing, dryRun],
  },
  {
    name: 'a comment or a blank line in its tensor-type file',
    make: () => workspace.edit('models/tiny-qwen35/q5.txt', (text) => `# why\n\n${text}`),
    ran: model('card', 'plan:Q5_K_M', 'quantize:Q5_K_M'),
    processes: [],
  },
  {
    name: 'source bytes',
    make: () => editModel(workspace, ({ source }) => source.command.push('--seed', '2')),
    ran: ofModel,
    processes: allTools.filter((name) => name !== 'make-corpus.mjs' && name !== dryRun),
  },
  {
    name: 'the imatrix corpus',
    make: () =>
      workspace.edit('tools/corpora/llama-docs/make-corpus.mjs', (text) =>
        text.replace('text(calibration)', "text(calibration).replace('a', 'b')"),
      ),
    ran: [
      'llama-docs:fetch',
      ...model('card', 'imatrix'),
      ...plans,
      ...quantizations,
      ...measurements,
    ].sort(),
    processes: [
      'llama-imatrix',
      ...times(5, 'llama-perplexity'),
      ...times(8, 'llama-quantize'),
      'make-corpus.mjs',
    ],
  },
  {
    name: 'kld chunks',
    make: () => editModel(workspace, ({ evaluation }) => Object.assign(evaluation, { chunks: 2 })),
    ran: [...model('card'), ...measurements].sort(),
    processes: times(5, 'llama-perplexity'),
  },
  {
    name: 'rules for a variant that had none, in model.json alone',
    make: () =>
      editModel(workspace, ({ quantize }) =>
        Object.assign(quantize['Q4_K_M_PLAIN'] ?? {}, { tensorTypes: 'q5.txt' }),
      ),
    ran: model('card', 'kld:Q4_K_M_PLAIN', 'plan:Q4_K_M_PLAIN', 'quantize:Q4_K_M_PLAIN'),
    processes: [...times(2, 'llama-perplexity'), 'llama-quantize'],
  },
  {
    name: 'the type of a variant',
    make: () =>
      editModel(workspace, ({ quantize }) =>
        Object.assign(quantize['Q4_K_M_PLAIN'] ?? {}, { ftype: 'Q2_K' }),
      ),
    ran: model('card', 'kld:Q4_K_M_PLAIN', 'plan:Q4_K_M_PLAIN', 'quantize:Q4_K_M_PLAIN'),
    processes: [...times(2, 'llama-perplexity'), ...sharing, dryRun],
  },
  {
    name: 'a tensor-type file under another name',
    make: () => {
      renameSync(
        join(workspace.root, 'models/tiny-qwen35/q5.txt'),
        join(workspace.root, 'models/tiny-qwen35/rules.txt'),
      );
      editModel(workspace, ({ quantize }) =>
        Object.assign(quantize['Q5_K_M'] ?? {}, { tensorTypes: 'rules.txt' }),
      );
    },
    ran: model('card', 'plan:Q5_K_M', 'quantize:Q5_K_M'),
    processes: [],
  },
  {
    name: 'another card template',
    make: () => editModel(workspace, ({ card }) => Object.assign(card, { template: 'other-card.md' })),
    ran: model('card'),
    processes: [],
  },
  {
    name: 'another metadata file for the converter',
    make: () =>
      editModel(workspace, ({ convert }) => Object.assign(convert, { metadata: 'other-metadata.json' })),
    ran: ofModel.filter((task) => !task.endsWith(':fetch')),
    processes: [
      'convert',
      'llama-imatrix',
      ...times(5, 'llama-perplexity'),
      load,
      ...times(4, 'llama-quantize'),
      ...times(6, dryRun),
    ],
  },
  {
    name: 'another evaluation corpus',
    make: () =>
      editModel(workspace, ({ evaluation }) =>
        Object.assign(evaluation, { corpus: { project: 'other-docs', file: 'evaluation.txt' } }),
      ),
    ran: ['other-docs:fetch', ...model('card'), ...measurements].sort(),
    processes: [...times(5, 'llama-perplexity'), 'make-corpus.mjs'],
  },
  {
    name: 'no importance matrix any more',
    make: () => editModel(workspace, (whole) => delete (whole as { imatrix?: unknown }).imatrix),
    ran: ofModel.filter((task) => !task.endsWith(':imatrix')),
    processes: [...times(5, 'llama-perplexity'), ...times(8, 'llama-quantize'), ...times(6, dryRun)],
  },
  {
    name: 'a file that the source command reads',
    make: () =>
      workspace.edit('models/tiny-qwen35/checkpoint/model-card.mjs', (text) =>
        text.replace('It is not', 'This is not'),
      ),
    ran: ofModel,
    processes: ['convert', load, 'make-checkpoint.mjs'],
  },
  {
    name: 'README',
    make: () => appendFileSync(join(workspace.root, 'README.md'), 'More.\n'),
    ran: [],
    processes: [],
  },
  {
    name: 'a new variant',
    make: () => {
      editModel(workspace, ({ quantize }) => Object.assign(quantize, { Q3_K_M: { ftype: 'Q3_K_M' } }));
    },
    ran: [...ofModel, ...model('kld:Q3_K_M', 'plan:Q3_K_M', 'quantize:Q3_K_M')].sort(),
    processes: [...times(2, 'llama-perplexity'), ...sharing, dryRun],
  },
  {
    name: 'a removed variant, with its gate',
    make: async () => {
      editModel(workspace, (model) => {
        delete model.quantize['Q6_K'];
        delete model.gates['Q6_K'];
      });
      const { exitCode, output } = await workspace.run(['sync']);
      expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
      workspace.processes();
    },
    ran: ofModel.filter((task) => !task.endsWith(':Q6_K')),
    processes: [],
  },
  {
    name: 'a reformatted nx.json',
    make: () => workspace.edit('nx.json', (text) => JSON.stringify(JSON.parse(text), null, 4)),
    ran: everything,
    processes: [],
  },
  {
    name: 'a bumped unrelated dependency',
    make: () => writeFileSync(join(workspace.root, 'package-lock.json'), lockFile('2.0.0')),
    ran: [],
    processes: [],
  },
  {
    name: "llama.cpp's identity",
    make: () => {
      useOtherBuild(workspace.root, { GGML_LTO: 'ON' });
    },
    ran: [...model('card', 'convert', 'imatrix'), ...plans, ...quantizations, ...measurements].sort(),
    processes: ['llama-imatrix', ...times(5, 'llama-perplexity'), ...quantizing, ...times(6, dryRun)],
  },
];

describe('what a change rebuilds', () => {
  it('from nothing, everything', async () => {
    expect(await runCard()).toEqual({ ran: everything, processes: allTools });
    const { restored } = await workspace.run(['run', 'tiny-qwen35:card']);
    expect(restored).toEqual([...everything, ...toolchain].sort());
  }, 600_000);

  it.each(changes)(
    '$name',
    async ({ name, make, ran, processes }) => {
      await make();
      // `nx affected` does all that the change needs, so nothing is left for `nx run`.
      const affected = await nx(['affected', '-t', 'card', '--base=HEAD']);
      const afterwards = await runCard();
      git('checkout', '-q', '.');
      git('clean', '-qfd', 'models', 'tools');
      expect({ affected, afterwards }).toEqual({
        affected: { ran, processes },
        afterwards: { ran: [], processes: [] },
      });
      expect(documented).toContain(invalidationRow(name, { ran, processes }));
    },
    600_000,
  );
});

describe('what an update of nx-gguf rebuilds', () => {
  it('a new version of one step: that step, though Nx asks for everything', async () => {
    await runCard();
    const chunks = 'node_modules/nx-gguf/dist/chunks';
    const isRegistry = (name: string): boolean =>
      readFileSync(join(workspace.root, chunks, name), 'utf8').includes('kld: { logicVersion');
    const versions = join(chunks, readdirSync(join(workspace.root, chunks)).find(isRegistry) ?? '');
    const before = readFileSync(join(workspace.root, versions), 'utf8');
    workspace.edit(versions, (text) =>
      text.replace(/\bkld: { logicVersion: \d+/, 'kld: { logicVersion: 1000'),
    );
    const run = await runCard();
    workspace.edit(versions, () => before);
    expect(run).toEqual({ ran: everything, processes: times(5, 'llama-perplexity') });
    expect(documented).toContain(invalidationRow('an update of nx-gguf with another way to do `kld`', run));
  }, 600_000);
});

describe('what a lost directory or another place rebuilds', () => {
  it.each([
    { name: 'dist deleted', lose: ['dist'], ran: [] },
    { name: 'the Nx cache deleted', lose: ['.nx'], ran: everything },
    { name: 'dist and the Nx cache deleted', lose: ['dist', '.nx'], ran: everything },
  ])(
    '$name: no tool',
    async ({ name, lose, ran }) => {
      await runCard();
      for (const path of lose) rmSync(join(workspace.root, path), { recursive: true });
      expect(await runCard()).toEqual({ ran, processes: [] });
      expect(existsSync(join(workspace.root, 'dist/tiny-qwen35/README.md'))).toBe(true);
      expect(existsSync(join(workspace.root, 'dist/tiny-qwen35/tiny-qwen35-Q6_K.gguf'))).toBe(true);
      expect(documented).toContain(invalidationRow(name, { ran, processes: [] }));
    },
    600_000,
  );

  it('the workspace moved to another directory: no tool', async () => {
    const moved = join(scratch, 'elsewhere', basename(workspace.root));
    cpSync(workspace.root, moved, { recursive: true, verbatimSymlinks: true });
    const run = await runCard(openWorkspace(moved, { store, log }));
    expect(run).toEqual({ ran: [], processes: [] });
    expect(documented).toContain(invalidationRow('the workspace moved to another directory', run));
    rmSync(moved, { recursive: true });
  }, 600_000);

  it('a second worktree: no tool', async () => {
    const second = join(scratch, 'second');
    git('worktree', 'add', '-q', second);
    for (const name of ['node_modules', 'shims']) symlinkSync(join(workspace.root, name), join(second, name));
    expect(await runCard(openWorkspace(second, { store, log }))).toEqual({ ran: everything, processes: [] });
    expect(documented).toContain(invalidationRow('a second worktree', { ran: everything, processes: [] }));
  }, 600_000);

  it('the store deleted, of which Nx keeps the manifests: no tool, also when Nx asks for everything', async () => {
    await runCard();
    const before = workspace.json('dist/tiny-qwen35/quantize/Q4_K_M/artifact.json');
    rmSync(store, { recursive: true });
    workspace.edit('nx.json', (text) => JSON.stringify(JSON.parse(text), null, 4));
    const run = await runCard();
    git('checkout', '-q', '.');
    expect(run).toEqual({ ran: everything, processes: [] });
    expect(workspace.json('dist/tiny-qwen35/quantize/Q4_K_M/artifact.json')).toEqual(before);
    expect(documented).toContain(invalidationRow('the store deleted, nx.json reformatted', run));
  }, 600_000);

  it('the store deleted: everything once more, with the same manifests', async () => {
    const before = workspace.json('dist/tiny-qwen35/card/artifact.json');
    for (const path of [store, join(workspace.root, '.nx'), join(workspace.root, 'dist')])
      rmSync(path, { recursive: true });
    expect(await runCard()).toEqual({ ran: everything, processes: allTools });
    expect(workspace.json('dist/tiny-qwen35/card/artifact.json')).toEqual(before);
    expect(documented).toContain(
      invalidationRow('the store, dist and the Nx cache deleted', { ran: everything, processes: allTools }),
    );
  }, 600_000);
});
