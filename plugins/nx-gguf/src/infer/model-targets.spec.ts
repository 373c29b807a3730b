import { declaredModel } from '../workspace/declared-model.js';
import type { InferredTarget } from './inferred-target.js';
import { modelTargets } from './model-targets.js';

const pinned = { type: 'huggingface', repository: 'a/b' };

/** The targets of a model in `models/m`. */
function targetsOf(model: Readonly<Record<string, unknown>>, prefix = ''): Record<string, InferredTarget> {
  return modelTargets(declaredModel(model), { root: 'models/m', prefix });
}

/** What a target depends on, as `project:target` or `target`. */
function needs(target: InferredTarget | undefined): string[] {
  return (target?.dependsOn ?? []).map((entry) =>
    typeof entry === 'string' ? entry : [entry.projects ?? [], entry.target].flat().join(':'),
  );
}

/** The files that are hashed for a target. */
function files(target: InferredTarget | undefined): unknown[] {
  return (target?.inputs ?? []).flatMap((input) =>
    typeof input === 'object' && 'fileset' in input ? [input.fileset.replace('{workspaceRoot}/', '')] : [],
  );
}

/** The fields of a JSON file that are hashed for a target. */
function fields(target: InferredTarget | undefined, file = 'model.json'): string[] {
  return (target?.inputs ?? []).flatMap((input) =>
    typeof input === 'object' && 'json' in input && input.json === `{projectRoot}/${file}`
      ? (input.fields ?? [])
      : [],
  );
}

describe('the targets of a model', () => {
  it('are those of what it declares, and no others', () => {
    const names = (model: object) => Object.keys(targetsOf({ source: pinned, ...model }));
    const always = [
      'fetch',
      'convert',
      'card',
      'report',
      'serve-report',
      'publish',
      'materialize',
      'inspect',
    ];
    expect(names({})).toEqual(always);
    expect(names({ imatrix: { type: 'file', source: pinned } })).toContain('imatrix');
    expect(names({ gates: { v: {} } })).toContain('gate');
    expect(names({ evaluation: { corpus: 'c' } })).toContain('kld-base');
    expect(names({ quantize: { v: {} } })).toEqual([
      'fetch',
      'convert',
      'plan:v',
      'quantize:v',
      'plan',
      'quantize',
      'bench:v',
      'bench',
      'bench-compare',
      ...always.slice(2),
    ]);
    expect(names({ references: { r: { source: pinned } }, evaluation: { corpus: 'c' } })).toEqual([
      'fetch',
      'convert',
      'reference:r',
      'reference',
      'kld-base',
      'kld:r',
      'kld',
      'compare',
      'bench:r',
      'bench',
      'bench-compare',
      ...always.slice(2),
    ]);
  });

  it('with a prefix depend on each other, on corpora and on toolchains by the same prefix', () => {
    const targets = targetsOf(
      {
        source: { type: 'command', command: ['{python}', '{llamaCpp}'] },
        quantize: { v: {} },
        evaluation: { corpus: 'c' },
        imatrix: { type: 'make', corpus: { project: 'd', file: 'x' } },
      },
      'gguf-',
    );
    expect(Object.keys(targets).every((name) => name.startsWith('gguf-'))).toBe(true);
    expect(needs(targets['gguf-fetch'])).toEqual(['llama-cpp:gguf-source', 'llama-cpp:gguf-python']);
    expect(needs(targets['gguf-imatrix'])).toEqual(['gguf-convert', 'llama-cpp:gguf-build', 'd:gguf-fetch']);
    expect(needs(targets['gguf-kld:v'])).toEqual([
      'gguf-convert',
      'llama-cpp:gguf-build',
      'c:gguf-fetch',
      'gguf-quantize:v',
    ]);
    expect(needs(targets['gguf-quantize'])).toEqual(['gguf-quantize:*']);
  });

  it('go by the files that are named', () => {
    const targets = targetsOf({
      source: { type: 'command', command: ['node'], inputs: ['merge/**', '../shared/a.py', 'in (1).txt'] },
      convert: { metadata: 'meta.json' },
      quantize: { v: { tensorTypes: 'rules [1].txt' }, w: {} },
      card: { template: '../card.md' },
      toolchain: 'mine',
    });
    expect(files(targets['fetch'])).toEqual([
      'models/m/merge/**',
      'models/shared/a.py',
      'models/m/in (1).txt',
      'models/m/in ?1?.txt',
    ]);
    expect(files(targets['convert'])).toEqual(['models/m/meta.json']);
    expect(files(targets['quantize:v'])).toEqual(['models/m/rules ?1?.txt']);
    expect(files(targets['plan:w'])).toEqual([]);
    expect(files(targets['card'])).toContain('models/card.md');
    expect(files(targets['report'])).not.toContain('models/card.md');
    expect(needs(targets['quantize:v'])).toEqual(['convert', 'mine:build']);
    expect(needs(targets['convert'])).toEqual(['fetch', 'mine:source', 'mine:python', 'mine:build']);
  });

  it('hash the fields of model.json that their steps read', () => {
    const targets = targetsOf({
      source: pinned,
      imatrix: { type: 'file', source: pinned },
      quantize: { v: {} },
      references: { r: { source: pinned } },
      evaluation: { corpus: 'c' },
      gates: { v: {} },
    });
    expect(fields(targets['quantize:v'])).toEqual(['name', 'toolchain', 'checks', 'quantize.v']);
    expect(fields(targets['plan:v'])).toEqual(['toolchain', 'checks', 'imatrix', 'planFrom', 'quantize.v']);
    expect(fields(targets['kld:v'])).toEqual(['name', 'evaluation', 'toolchain']);
    expect(fields(targets['gate'])).toEqual(['gates', 'toolchain']);
    expect(fields(targets['reference:r'])).toEqual(['toolchain', 'references.r.source']);
    expect(fields(targets['reference:r'], 'model.lock.json')).toEqual(['references.r']);
    expect(fields(targets['imatrix'], 'model.lock.json')).toEqual(['imatrix']);
  });

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['a path source', { source: { type: 'path', path: 'x' } }, 'fetch'],
    ['a source of no known kind', { source: 7 }, 'fetch'],
    ['a matrix at a path', { imatrix: { type: 'file', source: { type: 'path', path: 'x' } } }, 'imatrix'],
    ['a reference at a path', { references: { r: { source: { type: 'path', path: 'x' } } } }, 'reference:r'],
    ['a header at a path', { planFrom: { type: 'path', path: 'x' }, quantize: { v: {} } }, 'plan:v'],
    [
      'a command that reads outside the workspace',
      { source: { type: 'command', command: ['x'], inputs: ['../../../x'] } },
      'fetch',
    ],
    ['rules outside the workspace', { quantize: { v: { tensorTypes: '/rules.txt' } } }, 'quantize:v'],
  ])('are never cached where Nx cannot see what they read: %s', (_, model, target) => {
    const declared = { source: pinned, ...model };
    expect(targetsOf(declared)[target]?.cache).toBe(false);
    expect(targetsOf(declared)['convert']?.cache).toBe(true);
  });

  it('measure a reference on the base pass of the variant that it is compared with', () => {
    const model = {
      source: pinned,
      quantize: { v: {} },
      references: { r: { source: pinned, compareWith: 'v' }, s: { source: pinned, compareWith: 'gone' } },
      evaluation: { corpus: 'c' },
    };
    expect(needs(targetsOf(model)['kld:r'])).toEqual([
      'convert',
      'llama-cpp:build',
      'c:fetch',
      'reference:r',
      'quantize:v',
    ]);
    expect(needs(targetsOf(model)['kld:s'])).toEqual([
      'convert',
      'llama-cpp:build',
      'c:fetch',
      'reference:s',
    ]);
  });

  it('of a plan from elsewhere need no conversion, and wait for a matrix that is brought', () => {
    const planWith = (imatrix: object) =>
      targetsOf({ source: pinned, planFrom: pinned, imatrix, quantize: { v: {} } })['plan:v'];
    const brought = planWith({ type: 'file', source: pinned });
    const made = planWith({ type: 'make', corpus: 'c' });
    expect(needs(brought)).toEqual(['llama-cpp:build', 'imatrix']);
    expect(needs(made)).toEqual(['llama-cpp:build']);
    for (const plan of [brought, made])
      expect(files(plan)).toEqual(['dist/{projectName}/imatrix/artifact.json']);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['nothing', {}],
    [
      'lists for objects',
      {
        source: [],
        quantize: [],
        references: [1],
        evaluation: [],
        imatrix: [],
        gates: 3,
        convert: 'x',
        card: null,
        planFrom: 'x',
      },
    ],
    ['names that are none', { source: pinned, quantize: { 'a.b': {}, 'c d': {}, ok: null } }],
    [
      'a name that is variant and reference',
      { source: pinned, quantize: { v: {} }, references: { v: {} }, evaluation: {} },
    ],
  ])('are made of a wrong file too, as far as it goes: %s', (_, model) => {
    const names = Object.keys(targetsOf(model));
    expect(names).toEqual(expect.arrayContaining(['fetch', 'convert', 'card']));
    expect(names.filter((name) => /[. ]/.test(name))).toEqual([]);
  });
});
