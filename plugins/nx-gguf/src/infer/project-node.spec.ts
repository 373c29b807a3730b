import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inferredTargets, projectNode } from './project-node.js';
import { isOurs, type ProjectKind } from '../workspace/project-file.js';

type Json = Readonly<Record<string, unknown>>;

const repository = join(import.meta.dirname, '../../../..');
const read = (path: string): Json => JSON.parse(readFileSync(join(repository, path), 'utf8')) as Json;

/** What Nx is told of a declaration. */
const told = (kind: ProjectKind, content: Json): string =>
  JSON.stringify(
    projectNode({ kind, root: 'some/where', content }, { prefix: '', name: 'where', clash: null }),
  );

/**
 * Places of values that are names: of projects, of files, of kinds of sources, of what a command runs with.
 */
const names =
  /(^|\.)(type|toolchain|corpus|project|tensorTypes|metadata|template|compareWith|command\.\d+|inputs\.\d+|requirements|interpreter)$|^\$schema$/;

/** A model with a value at every place that the schema has for one. */
const full: Json = {
  name: 'Full',
  description: 'All there is.',
  toolchain: 'llama-cpp',
  source: {
    type: 'git',
    url: 'https://example.org/a.git',
    revision: 'main',
    include: ['a'],
    exclude: ['b'],
    member: 'c',
  },
  planFrom: { type: 'url', url: 'https://example.org/a.gguf' },
  convert: { outtype: 'bf16', modelName: 'Other', metadata: 'meta.json', extraArgs: ['--x'] },
  imatrix: {
    type: 'make',
    corpus: { project: 'c', file: 'a.txt' },
    ctx: 512,
    chunks: 3,
    batch: 64,
    processOutput: true,
    parseSpecial: false,
  },
  quantize: {
    v: {
      ftype: 'Q4_K_M',
      tensorTypes: 'rules.txt',
      imatrix: true,
      pure: false,
      leaveOutputTensor: true,
      outputTensorType: 'q8_0',
      tokenEmbeddingType: 'q8_0',
      overrideKv: ['a=int:1'],
      pruneLayers: [1],
      keepSplit: true,
      allowRequantize: true,
      includeWeights: ['a'],
      sideEffects: 'pin',
      checks: { noMatch: 'off' },
    },
  },
  references: {
    r: {
      source: { type: 'url', url: 'https://example.org/r.gguf', sha256: '0'.repeat(64), member: 'x' },
      compareWith: 'v',
    },
  },
  evaluation: {
    corpus: 'c',
    ctx: 512,
    chunks: 1,
    batch: 1,
    ubatch: 1,
    gpuLayers: 3,
    device: ['none'],
    rpc: ['h:1'],
    flashAttention: 'on',
    base: 'keep',
    baseLimit: 3,
    shareBase: true,
  },
  bench: { prompt: [1], generate: [1], depth: [0], repetitions: 2, threads: 1, devices: ['x'] },
  gates: {
    v: {
      atMost: { meanKld: 1, size: '1 MiB' },
      atLeast: { sameTopPercent: 3 },
      noWorseThan: { r: { meanKld: '5%' } },
    },
  },
  checks: { hidden: 'warn' },
  publish: {
    to: { type: 'huggingface', repository: 'a/b', branch: 'main', visibility: 'public' },
    variants: ['v'],
    files: ['card'],
    splitMaxSize: '40G',
  },
  card: {
    template: 'card.md',
    quantizedBy: 'me',
    license: 'mit',
    languages: ['en'],
    tags: ['x'],
    uses: { v: 'all' },
  },
};

describe('what Nx is told of a project', () => {
  it.each<[string, ProjectKind, Json]>([
    ['models/tiny-qwen35', 'model', read('models/tiny-qwen35/model.json')],
    ['models/qwen35-08b', 'model', read('models/qwen35-08b/model.json')],
    ['a model with everything', 'model', full],
    ['tools/corpora/llama-docs', 'corpus', read('tools/corpora/llama-docs/corpus.json')],
    ['tools/corpora/wikitext-2', 'corpus', read('tools/corpora/wikitext-2/corpus.json')],
    ['tools/llama-cpp', 'toolchain', read('tools/llama-cpp/toolchain.json')],
  ])(
    'is the same for every value of a recipe, which Nx would hash into all tasks: %s',
    (_, kind, content) => {
      const before = told(kind, content);
      const places = leaves(content).filter((place) => !names.test(place.join('.')));
      expect(places.length).toBeGreaterThan(0);
      for (const place of places)
        expect([place.join('.'), told(kind, changed(content, place))]).toEqual([place.join('.'), before]);
    },
  );

  it("has the versions of the steps' logic, so that an update of nx-gguf is noticed", () => {
    const { projects } = projectNode(
      { kind: 'model', root: 'm', content: full },
      { prefix: '', name: 'm', clash: null },
    );
    expect(projects?.['m']?.tags).toEqual(['nx-gguf:model', expect.stringMatching(/^nx-gguf:logic:[\d.]+$/)]);
  });

  it('has an input that a run can change, for each target whose files people look for', () => {
    const variables = Object.entries(
      inferredTargets({ kind: 'model', root: 'models/m', content: full }, 'x-'),
    )
      .filter(([, { inputs }]) =>
        inputs.some(
          (input) =>
            typeof input === 'object' && 'env' in input && input.env.startsWith('NX_GGUF_GONE_MODELS_M_'),
        ),
      )
      .map(([name]) => name);
    expect(variables).toEqual(['x-convert', 'x-imatrix', 'x-quantize:v', 'x-card', 'x-report']);
  });

  it.each<[ProjectKind, unknown]>([
    ['model', { source: {} }],
    ['model', { quantize: {} }],
    ['model', { name: 'x' }],
    ['model', { $schema: '../schemas/model.schema.json', source: {} }],
    ['corpus', { $schema: '../node_modules/nx-gguf/schemas/corpus.schema.json' }],
  ])('is told of a file of ours: %s.json with %j', (kind, content) => {
    expect(isOurs(kind, content)).toBe(true);
  });

  it.each<[ProjectKind, unknown]>([
    ['model', { $schema: 'https://example.org/x.json', source: {} }],
    ['model', { format: 'graph-model', weightsManifest: [] }],
    ['model', { source: 'x' }],
    ['model', { name: 'x', layers: [] }],
    ['toolchain', []],
    ['model', undefined],
  ])('is not told of a file of another program: %s.json with %j', (kind, content) => {
    expect(isOurs(kind, content)).toBe(false);
  });

  it('sees of the machine what the identities of the toolchain see', () => {
    const inputsOf = (content: object) =>
      JSON.stringify(
        inferredTargets(
          { kind: 'toolchain', root: 't', content: { source: { type: 'git' }, ...content } },
          '',
        ),
      );
    // A compiler or an interpreter that a variable names can be updated without a change of the variable.
    expect(inputsOf({})).toContain('${CXX:-c++}\\" --version');
    expect(inputsOf({})).toContain('${PYTHON:-python3}\\" --version');
    expect(inputsOf({ build: { native: true } })).toContain('cpus()');
    expect(inputsOf({ build: { native: false } })).not.toContain('cpus()');
  });

  it('asks each time for a toolchain that lies on this machine', () => {
    const cached = (content: Json) =>
      Object.entries(inferredTargets({ kind: 'toolchain', root: 't', content }, ''))
        .filter(([, { cache }]) => cache === true)
        .map(([name]) => name);
    expect(cached({ source: { type: 'npm' } })).toEqual(['source', 'build', 'python']);
    expect(cached({ source: { type: 'binaries', path: 'x' } })).toEqual(['python']);
    expect(cached({ source: { type: 'checkout', path: 'x' }, python: { interpreter: 'python3' } })).toEqual(
      [],
    );
    expect(cached({ source: { type: 'git' }, python: { requirements: '/etc/requirements.txt' } })).toEqual([
      'source',
      'build',
    ]);
  });
});

function leaves(value: unknown, place: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...place]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...place, key]));
}

function changed(value: Json, [key = '', ...rest]: readonly string[]): Json {
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? other(copy[key]) : changed(copy[key] as Json, rest);
  return copy;
}

function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return `${String(value)}x`;
}
