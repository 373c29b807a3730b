import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateNodesResult } from '@nx/devkit';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { createNodes } from './create-nodes.js';
import { clashKey } from './project-node.js';

const model =
  '{ "name": "M", "source": { "type": "path", "path": "x" }, "quantize": { "Q4_K_M": { "ftype": "Q4_K_M" } } }';

/** The projects that a workspace's files make, by directory. */
async function projectsOf(
  files: Readonly<Record<string, string>>,
  options?: unknown,
): Promise<NonNullable<CreateNodesResult['projects']>> {
  const workspaceRoot = `${temporaryDirectory()}/Ws`;
  for (const [path, text] of Object.entries(files)) put(`${workspaceRoot}/${path}`, text);
  const [, create] = createNodes;
  const declaring = Object.keys(files).filter((path) => /(^|\/)(model|corpus|toolchain)\.json$/.test(path));
  const nodes = await create(declaring, options, { workspaceRoot, nxJsonConfiguration: {} });
  return Object.assign({}, ...nodes.map(([, { projects }]) => projects)) as NonNullable<
    CreateNodesResult['projects']
  >;
}

/** The names of projects, by directory. */
const namesOf = async (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(await projectsOf(files)).map(([root, { name }]) => [root, name]));

describe('projects', () => {
  it('are made of their files alone, and named as Nx names directories', async () => {
    const projects = await projectsOf({
      'models/Tiny/model.json': model,
      'texts/corpus.json': '{ "source": { "type": "path", "path": "x" } }',
      'tools/llama-cpp/toolchain.json': '{ "source": { "type": "npm" } }',
    });
    expect(Object.entries(projects).map(([root, { name, tags }]) => [root, name, tags?.[0]])).toEqual([
      ['models/Tiny', 'tiny', 'nx-gguf:model'],
      ['texts', 'texts', 'nx-gguf:corpus'],
      ['tools/llama-cpp', 'llama-cpp', 'nx-gguf:toolchain'],
    ]);
    expect(projects['models/Tiny']?.targets?.['quantize:Q4_K_M']).toMatchObject({
      executor: 'nx-gguf:quantize',
      options: { variant: 'Q4_K_M' },
      cache: true,
    });
  });

  it('can be the workspace itself', async () => {
    await expect(namesOf({ 'model.json': model })).resolves.toEqual({ '.': 'ws' });
  });

  it.each<[string, Record<string, string>]>([
    ['a model of TensorFlow.js', { 'web/model.json': '{ "format": "graph-model", "modelTopology": {} }' }],
    ['one that is cut', { 'web/model.json': '{ "format": "layers-model", "modelTopology": {"a": ' }],
    ['one in UTF-16', { 'web/model.json': '\uFFFD\uFFFD{"modelTopology":{}}'.replaceAll('', '\0') }],
    ['a list of other things', { 'web/model.json': '[{ "mesh": 1, "skin": "x" }]' }],
    ['another corpus', { 'd/corpus.json': '{ "name": "x" }' }],
    ['another schema', { 'd/model.json': '{ "$schema": "https://example.org/x.json", "name": "x" }' }],
    ['the data of a package', { 'web/package.json': '{}', 'web/src/model.json': '' }],
    ['the data of a project', { 'web/project.json': '{ "sourceRoot": "x" }', 'web/model.json': '[]' }],
  ])("are not made of other programs' files: %s", async (_, files) => {
    await expect(namesOf(files)).resolves.toEqual({});
  });

  it.each<[string, string]>([
    ['empty', ''],
    [
      'a pointer of Git LFS',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`,
    ],
    ['in UTF-16', `\uFFFD\uFFFD${model.replaceAll('', '\0')}`],
    ['a list', '[1]'],
    ['a list that does not end', '[1'],
    ['a text', '"x"'],
    ['an object without fields', '{}'],
    ['nested deeper than the stack goes', '['.repeat(100_000)],
    ['with a byte order mark', `\uFEFF${model}`],
    ['in conflict', `<<<<<<< HEAD\n${model}\n=======\n${model}\n>>>>>>> other\n`],
    ['in single quotes', model.replaceAll('"', "'")],
    ['with misspelt fields', '{ "name": "M", "sorce": {}, "quantise": {} }'],
    ['with a field in another form', '{ "source": "org/model", "quantize": ["Q4_K_M"] }'],
    ['with a field that is unknown', model.replace('"quantize"', '"quant"')],
    ['with a variant that cannot be one', model.replace('"Q4_K_M": {', '"Q4 K": {')],
  ])('are made of a file of ours that is wrong, with targets that say so: %s', async (_, text) => {
    const { m } = await projectsOf({ 'm/model.json': text });
    expect(m).toMatchObject({ name: 'm', tags: expect.arrayContaining(['nx-gguf:model']) as unknown });
    for (const name of ['quantize', 'kld', 'gate', 'fetch', 'publish'])
      expect(Object.keys(m?.targets ?? {})).toContain(name);
    expect(m?.targets?.['gate']?.dependsOn).toEqual([{ target: 'fetch' }]);
  });

  it('are made of what nobody can read where a lock or a plain project.json is beside it', async () => {
    await expect(
      namesOf({
        'packages/a/package.json': '{}',
        'packages/a/model.json': '',
        'packages/a/model.lock.json': '{ "format": 1 }',
        'models/project.json': '{ "targets": { "report": { "executor": "nx-gguf:report-models" } } }',
        'models/b/project.json': '{ "name": "c" }',
        'models/b/model.json': '',
        'texts/corpus.json': '',
        'other/package.json': '{}',
        'other/one/model.json': model,
        'other/two/model.json': '',
      }),
    ).resolves.toEqual({
      'packages/a': 'a',
      'models/b': 'b',
      texts: 'texts',
      'other/one': 'one',
      'other/two': 'two',
    });
  });

  it('are made of a file that is no file, which Nx does not list', async () => {
    const workspaceRoot = temporaryDirectory();
    put(join(workspaceRoot, 'models/ok/model.json'), model);
    mkdirSync(join(workspaceRoot, 'models/directory/model.json'), { recursive: true });
    for (const [name, to] of [
      ['dangling', 'nowhere'],
      ['circle', 'model.json'],
      ['linked', '../ok/model.json'],
    ] as const) {
      mkdirSync(join(workspaceRoot, 'models', name));
      symlinkSync(to, join(workspaceRoot, 'models', name, 'model.json'));
    }
    mkdirSync(join(workspaceRoot, 'models/other'));
    const [, create] = createNodes;
    const nodes = await create(['models/ok/model.json'], undefined, {
      workspaceRoot,
      nxJsonConfiguration: {},
    });
    // A link to a file is listed by Nx, unless git ignores it.
    expect(nodes.map(([file]) => file).sort()).toEqual([
      'models/circle/model.json',
      'models/dangling/model.json',
      'models/directory/model.json',
      'models/ok/model.json',
    ]);
  });

  it('of a broken file have the targets that can be read of it, which then say what is wrong', async () => {
    const projects = await projectsOf({
      'm/model.json': model.replace(/ \} \}$/, ',\n'),
      'n/model.json': `{ // mine\n "quantize": { "v": {}, } `,
    });
    expect(Object.keys(projects['m']?.targets ?? {})).toContain('quantize:Q4_K_M');
    expect(Object.keys(projects['n']?.targets ?? {})).toContain('quantize:v');
    // What was not read is not missing without a word: all variants, of which none is known, begin with what
    // fails.
    const { o } = await projectsOf({ 'o/model.json': '{ "name": "x", ' });
    expect(o?.targets?.['quantize']).toMatchObject({ executor: 'nx:noop', dependsOn: [{ target: 'fetch' }] });
  });

  it('of a file with comments and commas behind the last member are those of one without', async () => {
    const { m, n } = await projectsOf({
      'm/model.json': model,
      'n/model.json': `// mine\n${model.replace(/\}$/, ', /* end */ }')}`,
    });
    expect(n?.targets).toBeDefined();
    expect(Object.keys(n?.targets ?? {})).toEqual(Object.keys(m?.targets ?? {}));
  });

  it('take a prefix for their targets; a wrong one is left to the targets to report', async () => {
    const targets = async (targetPrefix: unknown) =>
      Object.keys((await projectsOf({ 'm/model.json': model }, { targetPrefix }))['m']?.targets ?? {});
    await expect(targets('gguf:')).resolves.toContain('gguf:quantize:Q4_K_M');
    await expect(targets('..')).resolves.toContain('quantize:Q4_K_M');
    await expect(targets(3)).resolves.toContain('quantize:Q4_K_M');
  });
});

describe('two directories of one name', () => {
  it('make two projects, which say so, and do not stop the workspace', async () => {
    const projects = await projectsOf({
      'a/m/model.json': model,
      'b/m/model.json': model,
      'c/n/model.json': model,
    });
    expect(Object.values(projects).map(({ name }) => name)).toEqual(['m', 'b/m', 'n']);
    const clash = { name: 'm', files: ['a/m/model.json', 'b/m/model.json'] };
    expect(Object.values(projects).map(({ metadata }) => metadata?.[clashKey] as unknown)).toEqual([
      clash,
      clash,
      undefined,
    ]);
  });

  it('of which one has a name of its own are no clash', async () => {
    // The name of its own takes the place of the path.
    const projects = await projectsOf({
      'a/m/model.json': model,
      'b/m/model.json': model,
      'a/m/project.json': '{ "name": "other" }',
    });
    expect(
      Object.entries(projects).map(([root, { name, metadata }]) => [
        root,
        name,
        metadata?.[clashKey] as unknown,
      ]),
    ).toEqual([
      ['a/m', 'a/m', undefined],
      ['b/m', 'm', undefined],
    ]);
  });

  it('is none between the files of one directory', async () => {
    const projects = await projectsOf({
      'a/m/model.json': model,
      'a/m/toolchain.json': '{ "source": { "type": "npm" } }',
    });
    expect(projects['a/m']).toMatchObject({
      name: 'm',
      metadata: expect.not.objectContaining({ [clashKey]: expect.anything() as unknown }) as unknown,
    });
  });
});
