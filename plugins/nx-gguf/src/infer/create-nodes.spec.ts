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

  it("are not made of other programs' files, nor of files that cannot be read", async () => {
    await expect(
      namesOf({
        'web/model.json': '{ "format": "graph-model" }',
        'a/model.json': '[1',
        'b/corpus.json': '',
        'c/model.json': '['.repeat(100_000),
        'd/corpus.json': '{ "name": "x" }',
      }),
    ).resolves.toEqual({});
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
