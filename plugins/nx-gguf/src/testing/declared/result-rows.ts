import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { CardSettings, Model } from '../../core/generated/model.generated.js';
import { evidenceOf } from '../../steps/evidence/evidence.js';
import type { EvidenceInputs } from '../../steps/evidence/evidence-inputs.js';
import { artifact, inputs, made, measured, origin } from '../../steps/testing/evidence-inputs.js';
import { renderCard } from '../../report/card/render.js';
import { hubDestination } from '../../destination/hub.js';
import { gitDestination } from '../../destination/git.js';
import { directoryDestination } from '../../destination/directory.js';
import { actionsOf, publishFiles, storedFiles } from '../../destination/testing/publish.js';
import { resolveSettings } from '../../publication/settings.js';
import { filesToPublish } from '../../publishing/publish-files.js';
import { testContext } from '../../upstream/testing/context.js';
import { gitFixture } from '../../upstream/testing/git-fixture.js';
import { startHub } from '../../upstream/testing/hub-server.js';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prefixed } from './model-rows.js';
import type { Row, Rows } from './row.js';

const card = (settings: CardSettings, changes: Partial<EvidenceInputs> = {}, text: string | null = null) =>
  renderCard(evidenceOf(inputs(changes)), {
    settings,
    pictures: [],
    template: text === null ? null : { file: 'card.md', text },
  });
const setting = (
  field: keyof CardSettings,
  values: readonly [unknown, unknown],
  more: CardSettings = {},
): Row => ({
  values,
  observe: (value) => card({ ...more, [field]: value }),
});
const [variant] = inputs().variants;

const model = (publish: object): Model => ({
  name: 'M',
  source: { type: 'path', path: 'x' },
  quantize: { a: { ftype: 'Q4_K_M' }, b: { ftype: 'Q6_K' } },
  imatrix: { type: 'file', source: { type: 'path', path: 'i' } },
  publish: { to: { type: 'directory', path: 'out' }, ...publish },
});
const manifest = (target: string, files: Manifest['files']): Manifest => artifact(target, { files }).manifest;

/** The paths that are published, and the steps that are taken for it. */
const publishRow = (field: string, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: async (value) => {
    const declared = model({ files: ['variants'], [field]: value });
    const performed: unknown[] = [];
    const nothing = (): never => {
      throw new Error('nothing is read');
    };
    const found = await filesToPublish({
      project: 'm',
      model: declared,
      settings: resolveSettings(declared, {}, { project: 'm' }),
      results: {
        upstream: ({ kind, variant: name = '' }) =>
          Promise.resolve(
            manifest(`m:${kind}`, [
              { name: `${kind}-${name}.gguf`, sha256: 'a'.repeat(64), sizeBytes: 2_000_000 },
            ]),
          ),
        toolchain: () => ({ identity: () => Promise.resolve({}) }),
        resolve: nothing,
        transfer: {},
        get environment() {
          return nothing();
        },
        perform: ({ action }) => {
          performed.push(action);
          return Promise.resolve(
            manifest('m:split', [{ name: 'part.gguf', sha256: 'b'.repeat(64), sizeBytes: 1 }]),
          );
        },
      },
    }).catch((error: unknown) => (error as Error).message);
    return { paths: typeof found === 'string' ? found : found.files.map(({ path }) => path), performed };
  },
});

const token = 'hf_of_the_test';
/** What a publication leaves on a hub. */
const hubRow = (field: string, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: async (value) => {
    const hub = await startHub([]);
    hub.accounts = [{ token, name: 'me', role: 'write', orgs: ['org'] }];
    const context = await testContext({ HF_ENDPOINT: hub.endpoint, HF_TOKEN: token }, { attempts: 1 });
    try {
      const files = await storedFiles(context.store, { 'README.md': '# model\n' });
      const to = { type: 'huggingface', repository: 'org/model', [field]: value } as const;
      const error = await publishFiles(files, (request) => hubDestination(to, request, context), {
        create: true,
      }).then(
        () => null,
        (cause: unknown) => (cause as { code?: string }).code,
      );
      const requests = hub.seen.map(({ method, url }) => `${method} ${url.replace(/[0-9a-f]{40}/g, '')}`);
      return {
        error,
        requests: requests.filter((request) => !request.includes('/complete')),
        visibility: hub.repos,
      };
    } finally {
      await hub.close();
      await context.remove();
    }
  },
});
const present = '<there>';
const author = {
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};
const gitRow = (field: string, values: readonly [unknown, unknown]): Row => ({
  values,
  observe: async (value) => {
    const context = await testContext(author);
    const { bare, commit, git } = gitFixture(context.store.root, []);
    commit({ 'a.txt': 'one' });
    const files = await storedFiles(context.store, { 'README.md': '# model\n' });
    const to = { type: 'git', url: bare, [field]: value === present ? bare : value } as const;
    const error = await publishFiles(
      files,
      (request) => gitDestination(to, context.store.root, { request, context }),
      { create: true },
    ).then(
      () => null,
      (cause: unknown) => (cause as { code?: string }).code,
    );
    const branches = git('ls-remote', 'origin')
      .split('\n')
      .map((line) => line.split('\t')[1]);
    await context.remove();
    return { error, branches };
  },
});
/** The actions on a directory that holds a file that was published, and one of somebody else. */
const choiceRow = (choice: 'overwrite' | 'prune'): Row => ({
  values: [true, false],
  observe: async (chosen) => {
    const context = await testContext({});
    const directory = join(context.store.root, 'published');
    const publish = async (files: Record<string, string>, choices: object) =>
      publishFiles(
        await storedFiles(context.store, files),
        (request) => directoryDestination(directory, 'published', { request, context }),
        { create: true, ...choices },
      );
    await publish({ 'old.txt': 'old' }, {});
    writeFileSync(join(directory, 'README.md'), 'of somebody else');
    const { plan } = await publish({ 'README.md': 'mine' }, { dryRun: true, [choice]: chosen });
    await context.remove();
    return actionsOf(plan);
  },
});
const createRow: Row = {
  values: [true, false],
  observe: async (create) => {
    const context = await testContext(author);
    const { bare, commit } = gitFixture(context.store.root, []);
    commit({ 'a.txt': 'one' });
    const files = await storedFiles(context.store, { 'README.md': 'mine' });
    const to = { type: 'git', url: bare, branch: 'other' } as const;
    const error = await publishFiles(
      files,
      (request) => gitDestination(to, context.store.root, { request, context }),
      { create: create === true },
    ).then(
      () => null,
      (cause: unknown) => (cause as { code?: string }).code,
    );
    await context.remove();
    return error;
  },
};
const directoryRow: Row = {
  values: ['one', 'two'],
  observe: async (path) => {
    const context = await testContext({});
    const { root } = context.store;
    const files = await storedFiles(context.store, { 'README.md': '# model\n' });
    await publishFiles(
      files,
      (request) => directoryDestination(join(root, path as string), path as string, { request, context }),
      { create: true },
    );
    const found = ['one', 'two'].map((name) => existsSync(join(root, name, 'README.md')));
    await context.remove();
    return found;
  },
};

/** The fields of model.json that decide what is shown and published. */
export const resultRows: Rows = prefixed('model: ', {
  description: {
    values: ['One.', 'Two.'],
    observe: (description) => card({}, { description: description as string }),
  },
  'card.template': { values: ['# {{name}}', '# Mine'], observe: (text) => card({}, {}, text as string) },
  'card.quantizedBy': setting('quantizedBy', ['me', 'you']),
  'card.baseModel': setting('baseModel', ['a/b', 'a/c']),
  'card.license': setting('license', ['mit', 'apache-2.0']),
  'card.licenseName': setting('licenseName', ['one', 'two'], { license: 'other' }),
  'card.licenseLink': setting('licenseLink', ['LICENSE', 'https://example.org'], { license: 'other' }),
  'card.languages': setting('languages', [['en'], ['de']]),
  'card.tags': setting('tags', [['a'], ['b']]),
  'card.pipelineTag': setting('pipelineTag', ['text-generation', 'fill-mask']),
  'card.libraryName': setting('libraryName', ['gguf', 'transformers']),
  'card.uses': {
    values: ['small', 'good'],
    observe: (use) =>
      card({}, { variants: variant === undefined ? [] : [{ ...variant, use: use as string }] }),
  },
  'references.*.compareWith': {
    values: ['Q4_K_M', null],
    observe: (compareWith) =>
      card(
        {},
        {
          references: [
            {
              name: 'theirs',
              compareWith: compareWith as string | null,
              bench: null,
              made,
              origin,
              measured,
            },
          ],
        },
      ),
  },
  'publish.files': publishRow('files', [['variants'], ['variants', 'imatrix']]),
  'publish.variants': publishRow('variants', [['a'], ['b']]),
  'publish.splitMaxSize': publishRow('splitMaxSize', ['1M', '40G']),
  'publish.to<directory>.path': directoryRow,
  'publish.to<git>.url': gitRow('url', [present, '/nowhere/at/all.git']),
  'publish.to<git>.branch': gitRow('branch', ['main', 'other']),
  'publish.to<huggingface>.repository': hubRow('repository', ['org/a', 'org/b']),
  'publish.to<huggingface>.branch': hubRow('branch', ['main', 'other']),
  'publish.to<huggingface>.visibility': hubRow('visibility', ['private', 'public']),
  'publish.to<huggingface>.endpoint': hubRow('endpoint', [undefined, 'http://127.0.0.1:1']),
});

/** Options of `publish` that destinations take. */
export const choiceRows: Rows = prefixed('executors/publish: ', {
  create: createRow,
  overwrite: choiceRow('overwrite'),
  prune: choiceRow('prune'),
});
