import type { ProjectConfiguration, TaskGraph } from '@nx/devkit';
import { inferredTargets } from '../infer/project-node.js';
import type { Declaration } from '../workspace/project-file.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { requireDeclaredTarget } from './declared-target.js';

const model = {
  name: 'M',
  source: { type: 'git', url: 'https://example.org/m.git' },
  quantize: { v: { ftype: 'Q4_K_M' }, w: { ftype: 'Q6_K' } },
  evaluation: { corpus: 'texts' },
};
const declaration: Declaration = { kind: 'model', root: 'models/m', content: model };

type Targets = NonNullable<ProjectConfiguration['targets']>;

/**
 * Checks the target `name` of the project m, whose files are `files` and whose targets in Nx are `targets`
 * over what the plugin gives.
 */
async function check(
  name: string,
  {
    targets = {},
    options,
    files = {},
    metadata = {},
    prefix = '',
    directory = 'models/m',
    beside = [],
    others = {},
  }: {
    targets?: Targets;
    options?: object;
    files?: Record<string, string>;
    metadata?: object;
    prefix?: string;
    directory?: string;
    beside?: readonly string[];
    others?: Record<string, ProjectConfiguration>;
  } = {},
): Promise<unknown> {
  const root = temporaryDirectory();
  for (const [path, text] of Object.entries({
    'models/m/model.json': JSON.stringify(model, null, 1),
    ...files,
  }))
    if (text !== '') put(`${root}/${path}`, text);
  const all: Targets = { ...inferredTargets(declaration, prefix), ...targets };
  const project: ProjectConfiguration = { root: directory, metadata, targets: all };
  const projects = { m: project, texts: { root: 'texts' }, 'llama-cpp': { root: 'llama' }, ...others };
  const plugin = { plugin: 'nx-gguf', options: { targetPrefix: prefix } };
  return requireDeclaredTarget(
    {
      root,
      projectName: 'm',
      targetName: name,
      projectsConfigurations: { version: 2, projects },
      taskGraph: taskGraphOf([name, ...beside]),
      nxJsonConfiguration: { plugins: prefix === '' ? ['nx-gguf'] : [plugin] },
    },
    options ?? (all[name]?.options as object | undefined) ?? {},
  ).then(
    () => 'fine',
    (error: unknown) => ({ code: (error as { code: string }).code, message: (error as Error).message }),
  );
}

/** The tasks of a run of the project m. */
function taskGraphOf(names: readonly string[]): TaskGraph {
  const tasks = Object.fromEntries(
    names.map((target) => [
      `m:${target}`,
      {
        id: `m:${target}`,
        target: { project: 'm', target },
        overrides: {},
        outputs: [],
        parallelism: true,
        cache: true,
      },
    ]),
  );
  return { roots: [], tasks, dependencies: {}, continuousDependencies: {} };
}

const given = (name: string) => inferredTargets(declaration, '')[name];

describe('a target that is what model.json asks for', () => {
  it.each(['fetch', 'convert', 'quantize:v', 'kld:w', 'card', 'publish'])('is fine: %s', async (name) => {
    await expect(check(name)).resolves.toBe('fine');
  });

  it('is fine with more than the plugin gives, and in the forms that Nx writes', async () => {
    const quantize = given('quantize:v');
    const dependsOn = [
      '...',
      'm:convert',
      { projects: 'llama-cpp', target: 'build' },
      { projects: ['m'], target: 'fetch' },
    ];
    await expect(
      check('quantize:v', {
        targets: {
          'quantize:v': {
            ...quantize,
            cache: false,
            inputs: [...(quantize?.inputs ?? []), '{projectRoot}/x'],
            dependsOn,
            options: { variant: 'v', threads: 2 },
          },
        },
      }),
    ).resolves.toBe('fine');
    await expect(check('gguf-quantize:v', { prefix: 'gguf-' })).resolves.toBe('fine');
  });

  it('is not looked at when it keeps no result: it may have any name and any options', async () => {
    await expect(
      check('second', { targets: { second: { executor: 'nx-gguf:publish', options: { path: 'x' } } } }),
    ).resolves.toBe('fine');
    await expect(check('inspect', { options: { variant: 'v' } })).resolves.toBe('fine');
  });
});

describe('a target that contradicts model.json', () => {
  it.each<[string, Targets[string], string[]]>([
    [
      "inputs in place of the plugin's",
      { inputs: ['{projectRoot}/model.json'] },
      ['leaves out of "inputs"', 'quantize.v'],
    ],
    [
      "dependencies in place of the plugin's",
      { dependsOn: ['convert'] },
      ['leaves out of "dependsOn": {"projects":["llama-cpp"],"target":"build"}'],
    ],
    ['other outputs', { outputs: ['{workspaceRoot}/out'] }, ['leaves out of "outputs"']],
    [
      'another variant',
      { options: { variant: 'w' } },
      [
        'its option "variant" is "w" (in models/m/project.json, or on the command line), and its name says "v"',
      ],
    ],
    [
      'an input taken away',
      {
        inputs: [
          ...(given('quantize:v')?.inputs ?? []),
          { fileset: '!{workspaceRoot}/models/m/rules.txt', includeIgnored: true },
        ],
      },
      ['models/m/project.json takes away from "inputs"'],
    ],
    [
      'an output taken away',
      { outputs: [...(given('quantize:v')?.outputs ?? []), '!{workspaceRoot}/dist/**'] },
      ['models/m/project.json takes away from "outputs"'],
    ],
  ])('%s: both places are named', async (_, change, says) => {
    const own = { targets: { 'quantize:v': { executor: 'nx-gguf:quantize', ...change } } };
    const result = await check('quantize:v', {
      targets: { 'quantize:v': { ...given('quantize:v'), ...change } },
      files: { 'models/m/project.json': `// mine\n${JSON.stringify(own)}` },
    });
    expect(result).toMatchObject({
      code: 'TARGET_CONTRADICTED',
      message: expect.stringContaining(
        'm: its targets are not those that models/m/model.json asks for',
      ) as unknown,
    });
    for (const words of says) expect((result as Error).message).toContain(words);
    // Whatever runs first of the project says so, and not only what is wrong, after everything that it builds
    // on.
    await expect(
      check('fetch', { targets: { 'quantize:v': { ...given('quantize:v'), ...change } } }),
    ).resolves.toMatchObject({
      code: 'TARGET_CONTRADICTED',
      message: expect.stringContaining('  quantize:v: ') as unknown,
    });
  });

  it.each<[Record<string, string>, string]>([
    [
      { 'models/m/package.json': '{ "nx": { "targets": { "quantize:v": { "inputs": [] } } } }' },
      'models/m/package.json leaves out',
    ],
    [
      {
        'models/m/project.json': '{ "targets": { "quantize:v": { "inputs": ["...", "{projectRoot}/x"] } } }',
      },
      'another plugin leaves out',
    ],
  ])('names the file that says otherwise', async (files, words) => {
    await expect(
      check('quantize:v', { targets: { 'quantize:v': { ...given('quantize:v'), inputs: [] } }, files }),
    ).resolves.toMatchObject({ message: expect.stringContaining(words) as unknown });
  });

  it('is cached although it reads what Nx does not see', async () => {
    const content = { ...model, source: { type: 'path', path: 'x' } };
    const fetch = inferredTargets({ ...declaration, content }, '')['fetch'];
    await expect(
      check('fetch', {
        files: { 'models/m/model.json': JSON.stringify(content) },
        targets: { fetch: { ...fetch, cache: true } },
      }),
    ).resolves.toMatchObject({
      code: 'TARGET_CONTRADICTED',
      message: expect.stringContaining('  fetch: "cache" is true') as unknown,
    });
  });

  it.each([
    {
      what: 'a variant that is gone',
      name: 'quantize:old',
      target: { executor: 'nx-gguf:quantize', options: { variant: 'old' } },
      code: 'VARIANT_MISSING',
      words: 'declares no variant "old"',
    },
    {
      what: 'a reference that is gone',
      name: 'reference:r',
      target: { executor: 'nx-gguf:reference', options: { reference: 'r' } },
      code: 'REFERENCE_MISSING',
      words: 'declares no reference "r"',
    },
    {
      what: 'a name of its own',
      name: 'q4',
      target: { executor: 'nx-gguf:quantize', options: { variant: 'v' } },
      code: 'TARGET_MISNAMED',
      words: 'm:q4 does what m:quantize:v does',
    },
    {
      what: 'gates that are gone',
      name: 'gate',
      target: { executor: 'nx-gguf:gate' },
      code: 'NO_GATES',
      words: 'declares nothing for it',
    },
    {
      what: 'a matrix that is gone',
      name: 'imatrix',
      target: { executor: 'nx-gguf:imatrix' },
      code: 'NO_IMATRIX',
      words: 'declares nothing for it',
    },
    {
      what: 'another executor under its name',
      name: 'kld:v',
      target: { executor: 'nx-gguf:bench', options: { variant: 'v' } },
      code: 'TARGET_MISNAMED',
      words: 'm:kld:v does what m:bench:v does',
    },
  ])('$what: $code', async ({ name, target, code, words }) => {
    await expect(check(name, { targets: { [name]: target } })).resolves.toMatchObject({
      code,
      message: expect.stringContaining(words) as unknown,
    });
  });

  it('measures where nothing is to be measured', async () => {
    const content = { ...model, evaluation: undefined };
    await expect(
      check('kld:v', { files: { 'models/m/model.json': JSON.stringify(content) } }),
    ).resolves.toMatchObject({ code: 'NO_EVALUATION' });
  });
});

describe('what is wrong with the file itself comes first', () => {
  it.each([
    {
      what: 'a schema error, with its line',
      files: { 'models/m/model.json': JSON.stringify({ ...model, qantize: {} }, null, 1) },
      code: 'BAD_MODEL',
      words: 'models/m/model.json:18:2: the top level: unknown property "qantize"',
    },
    {
      what: 'no JSON, with its line',
      files: { 'models/m/model.json': '{\n "name": "M",\n "source" }' },
      code: 'BAD_MODEL',
      words: 'models/m/model.json:3:11: a colon is expected here\n    |  "source" }\n',
    },
    {
      what: 'gates that nothing can pass, before anything is fetched',
      files: {
        'models/m/model.json': JSON.stringify({ ...model, gates: { u: { atMost: { meanKld: 1 } } } }),
      },
      code: 'BAD_GATES',
      words: 'm: gates.u: there is no variant "u"',
    },
    {
      what: 'no file',
      files: { 'models/m/model.json': '' },
      code: 'MODEL_MISSING',
      words: 'models/m/model.json: there is no such file',
    },
    {
      what: 'two files for one target',
      files: { 'models/m/corpus.json': JSON.stringify({ source: { type: 'path', path: 'x' } }) },
      code: 'PROJECT_AMBIGUOUS',
      words: 'model.json and corpus.json',
    },
  ])('$what', async ({ files, code, words }) => {
    await expect(check('fetch', { files })).resolves.toMatchObject({
      code,
      message: expect.stringContaining(words) as unknown,
    });
  });

  it('or that llama.cpp is no project here, with what makes it, before anything is fetched for it', async () => {
    const content = { ...model, toolchain: 'llama.cp' };
    const files = { 'models/m/model.json': JSON.stringify(content) };
    const targets = inferredTargets({ ...declaration, content }, '');
    await expect(check('convert', { files, targets })).resolves.toMatchObject({
      code: 'TOOLCHAIN_MISSING',
      message: expect.stringContaining(
        `"llama.cp", which this workspace does not have (did you mean`,
      ) as unknown,
    });
    await expect(check('fetch', { files, targets })).resolves.toBe('fine');
    await expect(check('fetch', { files, targets, beside: ['convert'] })).resolves.toMatchObject({
      code: 'TOOLCHAIN_MISSING',
    });
    // A reference is loaded once, to see whether it is a model.
    const referring = { ...content, references: { r: { source: model.source } } };
    await expect(
      check('reference:r', {
        files: { 'models/m/model.json': JSON.stringify(referring) },
        targets: inferredTargets({ ...declaration, content: referring }, ''),
      }),
    ).resolves.toMatchObject({ code: 'TOOLCHAIN_MISSING' });
  });

  it('says which project is not there, and not that Nx dropped the dependency on it', async () => {
    const content = { ...model, evaluation: { corpus: 'nowhere' } };
    const kld = inferredTargets({ ...declaration, content }, '')['kld:v'];
    await expect(
      check('kld:v', {
        files: { 'models/m/model.json': JSON.stringify(content) },
        targets: {
          'kld:v': {
            ...kld,
            dependsOn: (kld?.dependsOn ?? []).filter((entry) => !JSON.stringify(entry).includes('nowhere')),
          },
        },
      }),
    ).resolves.toMatchObject({ code: 'PROJECT_MISSING' });
  });

  it.each([
    [
      'kld:v',
      { evaluation: { corpus: 'wikitext2' } },
      'PROJECT_MISSING',
      `"evaluation.corpus" of models/m/model.json names the project "wikitext2", which this workspace does not have (did you mean 'wikitext-2'?)`,
    ],
    [
      'imatrix',
      { imatrix: { type: 'make', corpus: { project: 'web', file: 'a' } } },
      'CORPUS_MISSING',
      '"imatrix.corpus.project" of models/m/model.json names the project "web", which has no corpus.json',
    ],
    [
      'convert',
      { toolchain: 'llama-cp' },
      'TOOLCHAIN_MISSING',
      `"toolchain" of models/m/model.json names the project "llama-cp", which this workspace does not have (did you mean 'llama-cpp'?)`,
    ],
  ])('or that %s builds on a project that is none', async (...[target, changed, code, message]) => {
    const content = { ...model, ...changed };
    const files = { 'models/m/model.json': JSON.stringify(content) };
    const targets = inferredTargets({ ...declaration, content }, '');
    const others = {
      'wikitext-2': { root: 'w', targets: { fetch: {} }, tags: ['nx-gguf:corpus'] },
      web: { root: 'web', targets: {} },
    };
    const refused = { code, message: expect.stringContaining(message) as unknown };
    await expect(check(target, { files, targets, others })).resolves.toMatchObject(refused);
    // What runs first says it of what runs later, and of nothing else.
    await expect(check('fetch', { files, targets, others, beside: [target] })).resolves.toMatchObject(
      refused,
    );
    await expect(check('fetch', { files, targets, others })).resolves.toBe('fine');
  });

  it('or that a target of the run has an option that there is none of', async () => {
    const kld = (more: object): Targets => {
      const made = inferredTargets(declaration, '')['kld:v'] ?? {};
      return { 'kld:v': { ...made, ...more } };
    };
    const misspelt = kld({ options: { variant: 'v', thread: 4 } });
    const refused = {
      code: 'BAD_OPTIONS',
      message: `m:kld:v: the top level: unknown property "thread" (did you mean 'threads'?)`,
    };
    await expect(check('fetch', { targets: misspelt, beside: ['kld:v'] })).resolves.toMatchObject(refused);
    await expect(check('fetch', { targets: misspelt })).resolves.toBe('fine');
    const right = kld({ options: { variant: 'v', threads: 4 }, configurations: { fast: { thread: 9 } } });
    await expect(check('fetch', { targets: right, beside: ['kld:v'] })).resolves.toMatchObject({
      message: `m:kld:v:fast: the top level: unknown property "thread" (did you mean 'threads'?)`,
    });
  });

  it('but not that of a file of another program', async () => {
    await expect(check('fetch', { files: { 'models/m/corpus.json': '{ "texts": [] }' } })).resolves.toBe(
      'fine',
    );
    // Nor the other way round: here it is model.json that is another program's.
    const corpus = { source: { type: 'path', path: 'x' } };
    const files = {
      'models/m/model.json': '{ "format": "graph-model" }',
      'models/m/corpus.json': JSON.stringify(corpus),
    };
    await expect(
      check('fetch', {
        files,
        targets: inferredTargets({ kind: 'corpus', root: 'models/m', content: corpus }, ''),
      }),
    ).resolves.toBe('fine');
  });

  it('or that two projects would have one name, unless Nx has found another', async () => {
    const clash = { name: 'm', files: ['a/m/model.json', 'models/m/model.json'] };
    await expect(check('publish', { metadata: { 'nx-gguf:clash': clash } })).resolves.toMatchObject({
      code: 'PROJECT_NAME_TAKEN',
      message: 'a/m/model.json and models/m/model.json would make projects of one name, m',
    });
    await expect(check('publish', { metadata: { 'nx-gguf:clash': { ...clash, name: 'n' } } })).resolves.toBe(
      'fine',
    );
  });

  it('or that its directory is a pattern to Nx', async () => {
    await expect(check('fetch', { directory: 'models/tiny (v2)' })).resolves.toMatchObject({
      code: 'DIRECTORY_NAME',
      message: expect.stringContaining('models/tiny (v2): Nx takes brackets') as unknown,
    });
  });
});
