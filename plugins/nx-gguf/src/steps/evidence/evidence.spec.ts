import { sha256 } from '../../core/digest.js';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import type { KldResult } from '../../core/generated/kld.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { sampleEvidence } from '../../report/testing/sample-evidence.js';
import { validate } from '../../core/validate.js';
import { pairedComparisons } from './comparisons.js';
import { comparableSpeeds } from './speed.js';
import type { EvidenceInputs, TargetArtifact } from './evidence-inputs.js';
import { evidenceOf } from './evidence.js';

const sample = sampleEvidence();
const [variant, reference] = [sample.variants[0], sample.references[0]];
if (variant === undefined || reference === undefined || variant.measurement === null || variant.plan === null)
  throw new Error('the sample lacks what is tested');
const { measurement, plan } = variant;
const origin = sample.source.origin;
const toolchain = {
  project: 'llama-cpp',
  repository: null,
  build: sample.toolchain.build,
  python: {},
  requirements: null,
} as EvidenceInputs['toolchain'];

function artifact(
  target: string,
  changes: Partial<Manifest> & { inputs?: Manifest['provenance']['inputs']; commands?: string[][] } = {},
): TargetArtifact {
  const { inputs = [], commands = [], ...rest } = changes;
  return {
    target,
    manifest: {
      format: 1,
      step: target.split(':')[1] ?? '',
      actionKey: 'a'.repeat(64),
      files: [],
      facts: {},
      provenance: { inputs, toolchain: null, commands },
      ...rest,
    },
  };
}

const filesOf = (of: { files: { name: string; sha256: string; sizeBytes: number | null }[] }) =>
  of.files.map((file) => ({ ...file, sizeBytes: file.sizeBytes ?? 0 }));
const made = artifact('m:quantize:Q4_K_M', {
  files: filesOf(variant),
  facts: { ftype: 'Q4_K_M', rules: 'x=q8_0\n', bitsPerWeight: 4.9, tensorTypes: variant.tensorTypes },
  commands: [['llama-quantize', 'in', 'out', 'Q4_K_M']],
});
const text = { name: 'evaluation.txt', sha256: 'e'.repeat(64), sizeBytes: 12 };
const result = {
  format: 1,
  method: 'llama-perplexity',
  subject: {
    variant: filesOf(variant),
    base: [],
    corpus: text,
    parameters: { ctx: 512, chunks: -1, batch: 2048, ubatch: 512 },
    toolchain: 'b'.repeat(64),
  },
  ...measurement,
} as unknown as KldResult;
const measured = {
  ...artifact('m:kld:Q4_K_M', {
    inputs: [{ role: 'corpus', name: text.name, sha256: text.sha256 }],
    commands: [['llama-perplexity', '-m', 'x']],
  }),
  result,
};

function inputs(changes: Partial<EvidenceInputs> = {}): EvidenceInputs {
  return {
    project: 'm',
    directory: 'models/m',
    name: 'M',
    description: null,
    source: { ...artifact('m:fetch'), origin, readme: '---\nlicense: mit\n---\n' },
    converted: {
      ...artifact('m:convert', {
        files: [{ name: 'M-BF16.gguf', sha256: 'c'.repeat(64), sizeBytes: 9 }],
        facts: { architecture: 'qwen35', bitsPerWeight: 16, tensorTypes: { a: 'bf16' } },
      }),
    },
    imatrix: null,
    evaluation: {
      corpus: { ...artifact('texts:fetch', { files: [text] }), project: 'texts', origin },
      parameters: { ctx: 512, chunks: -1, batch: 2048, ubatch: 512 },
    },
    variants: [{ name: 'Q4_K_M', use: null, bench: null, made, plan, split: null, measured }],
    references: [],
    gates: {},
    toolchain,
    ...changes,
  };
}

describe('evidenceOf', () => {
  const evidence = evidenceOf(inputs());

  it('takes figures, types, reasons and digests from the manifests', () => {
    expect(evidence.variants).toEqual([
      {
        name: 'Q4_K_M',
        ftype: 'Q4_K_M',
        use: null,
        files: variant.files,
        split: null,
        bitsPerWeight: 4.9,
        rules: 'x=q8_0\n',
        tensorTypes: variant.tensorTypes,
        plan,
        measurement,
        speed: null,
        gates: null,
      },
    ]);
    expect(evidence.unquantized).toEqual({
      files: [{ name: 'M-BF16.gguf', sha256: 'c'.repeat(64), sizeBytes: 9 }],
      architecture: 'qwen35',
      bitsPerWeight: 16,
      tensorTypes: { a: 'bf16' },
      speed: null,
    });
    expect(evidence.source.card?.license).toBe('mit');
    expect(evidence.evaluation?.corpus).toEqual({ project: 'texts', origin, file: text });
    expect(evidence.toolchain).toMatchObject({ commit: '2'.repeat(40), patched: false });
  });

  it('lists what ran in the order of the work, each step once', () => {
    expect(evidence.runs.map(({ target, commands }) => [target, commands.length])).toEqual([
      ['m:fetch', 0],
      ['m:convert', 0],
      ['m:quantize:Q4_K_M', 1],
      ['texts:fetch', 0],
      ['m:kld:Q4_K_M', 1],
    ]);
  });

  it('names all texts that were read of one project', () => {
    const calibration = { name: 'calibration.txt', sha256: '7'.repeat(64), sizeBytes: 9 };
    const imatrix = {
      ...artifact('m:imatrix', {
        files: [{ name: 'imatrix.gguf', sha256: '8'.repeat(64), sizeBytes: 5 }],
        inputs: [{ role: 'corpus', name: calibration.name, sha256: calibration.sha256 }],
      }),
      origin: null,
      statistics: null,
      corpus: { ...artifact('texts:fetch', { files: [calibration] }), project: 'texts', origin },
    };
    const { runs } = evidenceOf(inputs({ imatrix }));
    expect(
      runs
        .filter(({ target }) => target === 'texts:fetch')
        .map(({ outputs }) => outputs.map(({ name }) => name)),
    ).toEqual([['calibration.txt', 'evaluation.txt']]);
  });

  it('gives equal bytes for equal manifests', () => {
    expect(JSON.stringify(evidenceOf(structuredClone(inputs())))).toBe(JSON.stringify(evidence));
  });

  it('has null for what was not measured', () => {
    const {
      variants: [only],
      evaluation,
    } = evidenceOf(
      inputs({
        evaluation: null,
        variants: [{ name: 'Q4_K_M', use: null, bench: null, made, plan: null, split: null, measured: null }],
      }),
    );
    expect({ evaluation, plan: only?.plan, measurement: only?.measurement }).toEqual({
      evaluation: null,
      plan: null,
      measurement: null,
    });
  });

  it('refuses figures that were measured on other bytes', () => {
    const other = {
      ...measured,
      result: { ...result, subject: { ...result.subject, variant: [{ name: 'x', sha256: 'd'.repeat(64) }] } },
    };
    expect(() =>
      evidenceOf(
        inputs({
          variants: [{ name: 'Q4_K_M', use: null, bench: null, made, plan, split: null, measured: other }],
        }),
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'MEASURED_ANOTHER_FILE',
        hint: expect.stringContaining('m:kld:Q4_K_M') as string,
      }) as Error,
    );
  });

  it('leaves out a plan that the file does not follow: it would explain something else', () => {
    const [first, ...others] = plan.tensors;
    if (first === undefined) throw new Error('no tensor');
    for (const tensors of [[{ ...first, to: 'q2_K' }, ...others], others]) {
      expect(
        evidenceOf(
          inputs({
            variants: [
              {
                name: 'Q4_K_M',
                use: null,
                bench: null,
                made,
                plan: { ...plan, tensors },
                split: null,
                measured,
              },
            ],
          }),
        ).variants[0]?.plan,
      ).toBeNull();
    }
  });

  it('names the text that was read, although the corpus holds another now', () => {
    const moved = artifact('texts:fetch', { files: [{ ...text, sha256: 'f'.repeat(64) }] });
    expect(
      evidenceOf(
        inputs({
          evaluation: {
            corpus: { ...moved, project: 'texts', origin },
            parameters: { ctx: 512, chunks: 8, batch: 2048, ubatch: 512 },
          },
        }),
      ).evaluation?.corpus.file,
    ).toEqual({ ...text, sizeBytes: null });
  });

  it('is checked against its schema', () => {
    expect(() =>
      evidenceOf(inputs({ converted: { ...artifact('m:convert', { facts: { bitsPerWeight: 'many' } }) } })),
    ).toThrow(
      expect.objectContaining({
        code: 'BAD_EVIDENCE',
        message: expect.stringContaining('bitsPerWeight') as string,
      }) as Error,
    );
    expect(validate('evidence', sample, 'sample')).toBe(sample);
  });
});

describe('speeds', () => {
  const { bench } = sample;
  if (bench === null) throw new Error('the sample has no speeds');
  const result = (name: string, changes: Partial<BenchResult> = {}): BenchResult => ({
    format: 1,
    name,
    files: [{ name: `${name}.gguf`, sha256: sha256(name) }],
    model: { type: 'qwen35', sizeBytes: 1, parameters: 1 },
    machine: bench.machine,
    runtime: bench.runtime,
    load: { busyCores: 0, isQuiet: true },
    tests: [
      {
        test: { promptTokens: 512, generatedTokens: 0, depthTokens: 0 },
        tokensPerSecond: { samples: [9, 11], mean: 10, stddev: 1.5, median: 10 },
      },
    ],
    ...changes,
  });
  const benched = (...results: BenchResult[]) =>
    comparableSpeeds(
      results.map((of) => ({ name: of.name, files: [{ sha256: sha256(of.name) }], bench: of })),
    );
  const elsewhere = { machine: { ...bench.machine, cpu: 'Another CPU' } };

  it('are mean and deviation of each test, on the machine that they were measured on', () => {
    const { bench: where, speedOf } = benched(
      result('a'),
      result('b', { load: { busyCores: 3, isQuiet: false } }),
    );
    expect(where).toEqual({ machine: bench.machine, runtime: bench.runtime, busy: ['b'] });
    expect(speedOf('a')).toEqual([
      {
        promptTokens: 512,
        generatedTokens: 0,
        depthTokens: 0,
        repetitions: 2,
        tokensPerSecond: { value: 10, error: 1.5 },
      },
    ]);
    expect(speedOf('c')).toBeNull();
  });

  it('of other machines never stand beside them: the machine counts that most models were measured on', () => {
    const { bench: where, speedOf } = benched(result('a', elsewhere), result('b'), result('c'));
    expect({
      cpu: where?.machine.cpu,
      speeds: ['a', 'b', 'c'].map((name) => speedOf(name) !== null),
    }).toEqual({ cpu: bench.machine.cpu, speeds: [false, true, true] });
  });

  it('of other bytes are no speeds of these', () => {
    expect(benched(result('a', { files: [{ name: 'a.gguf', sha256: sha256('older') }] }))).toMatchObject({
      bench: null,
    });
  });
});

describe('comparisons', () => {
  const base = result.subject.base;
  const of = (name: string) => ({
    name,
    measured: {
      target: `m:kld:${name}`,
      manifest: made.manifest,
      result: { ...result, subject: { ...result.subject, base } },
    },
  });
  const pairsOf = (changes: Partial<Parameters<typeof pairedComparisons>[0]>) =>
    pairedComparisons({ models: ['a', 'b', 'c'].map(of), references: [], gates: {}, ...changes }).map(
      ({ a, b }) => [a, b],
    );

  it('are of variants with the references beside them, and with what their gates name, each pair once', () => {
    expect(
      pairsOf({
        references: [
          { name: 'b', compareWith: 'a' },
          { name: 'c', compareWith: null },
        ],
      }),
    ).toEqual([['a', 'b']]);
    expect(
      pairsOf({
        references: [{ name: 'b', compareWith: 'a' }],
        gates: {
          a: { noWorseThan: { b: { meanKld: 1 }, c: {} } },
          c: { atMost: { meanKld: 1 }, noWorseThan: { a: {} } },
        },
      }),
    ).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('need the values after each chunk of both', () => {
    expect(
      pairsOf({
        models: [of('a'), { ...of('b'), measured: null }],
        references: [{ name: 'b', compareWith: 'a' }],
      }),
    ).toEqual([]);
    expect(
      pairsOf({
        models: [of('a'), { ...of('b'), measured: { ...of('b').measured, result: null } }],
        references: [{ name: 'b', compareWith: 'a' }],
      }),
    ).toEqual([]);
  });

  it('are not of what was not measured on the same text', () => {
    const elsewhere = {
      ...of('b'),
      measured: {
        ...of('b').measured,
        result: { ...result, subject: { ...result.subject, corpus: { ...text, sha256: 'd'.repeat(64) } } },
      },
    };
    expect(
      pairsOf({
        models: [of('a'), elsewhere, of('c')],
        references: [
          { name: 'b', compareWith: 'a' },
          { name: 'c', compareWith: 'a' },
        ],
      }),
    ).toEqual([['a', 'c']]);
  });
});

describe('results that were measured differently', () => {
  const converted = artifact('m:convert', {
    files: [{ name: 'M-BF16.gguf', sha256: 'c'.repeat(64), sizeBytes: 9 }],
    facts: { tensorTypes: {} },
  });
  type Change = (result: KldResult) => unknown;
  const model = (name: string, change: Change = () => undefined) => {
    const own = structuredClone(result);
    own.subject.base = [{ name: 'M-BF16.gguf', sha256: 'c'.repeat(64) }];
    change(own);
    return {
      name,
      use: null,
      bench: null,
      made,
      plan,
      split: null,
      measured: { ...measured, target: `m:kld:${name}`, result: own },
    };
  };
  const fewer: Change = ({ statistics }) => (statistics.chunks = 4);
  const evidenceWith = (changes: Partial<EvidenceInputs>) => evidenceOf(inputs({ converted, ...changes }));
  const apartOf = (...variants: EvidenceInputs['variants'][number][]) =>
    evidenceWith({ variants }).apart.map(({ name, why }) => [name, ...why]);

  it.each<[string, Change, string]>([
    [
      'text',
      ({ subject }) => (subject.corpus = { ...text, sha256: 'd'.repeat(64) }),
      'the text: dddddddddddd, not eeeeeeeeeeee',
    ],
    [
      'context',
      ({ subject }) => (subject.parameters.ctx = 256),
      'the settings: batch 2048, ctx 256, ubatch 512, not batch 2048, ctx 512, ubatch 512',
    ],
    ['number of chunks', fewer, 'the chunks: 4, not 40'],
    [
      'toolchain',
      ({ subject }) => (subject.toolchain = 'f'.repeat(64)),
      'the tools: ffffffffffff, not bbbbbbbbbbbb',
    ],
    [
      'unquantized model',
      ({ subject }) => (subject.base = [{ name: 'old.gguf', sha256: '9'.repeat(64) }]),
      'the unquantized model: 999999999999, not cccccccccccc',
    ],
  ])(
    'with another %s stand apart, with the reason, and have no figure beside the others',
    (_, change, why) => {
      const evidence = evidenceWith({ variants: [model('a'), model('b', change), model('c')] });
      expect(evidence.apart).toEqual([
        {
          name: 'b',
          measurement: { statistics: expect.anything() as unknown, running: measurement.running },
          why: [why],
        },
      ]);
      expect(evidence.variants.map(({ measurement: own }) => own !== null)).toEqual([true, false, true]);
      expect(evidence.evaluation?.corpus.file).toEqual(text);
    },
  );

  it('stand apart when they are fewer, then when they come later', () => {
    expect(apartOf(model('a', fewer), model('b'), model('c'))).toEqual([['a', 'the chunks: 4, not 40']]);
    expect(apartOf(model('a', fewer), model('b'))).toEqual([['b', 'the chunks: 40, not 4']]);
    expect(apartOf(model('a'), model('b'))).toEqual([]);
  });

  it('against an older unquantized model stand apart even when all are', () => {
    const old: Change = ({ subject }) => (subject.base = [{ name: 'old.gguf', sha256: '9'.repeat(64) }]);
    expect(apartOf(model('a', old), model('b', old)).map(([name]) => name)).toEqual(['a', 'b']);
  });

  it('are told apart by their manifests alone, where the values after each chunk are gone', () => {
    const bare = (
      name: string,
      changes: { flags?: string[]; model?: string; toolchain?: Manifest['provenance']['toolchain'] },
    ) => {
      const kept = artifact(`m:kld:${name}`, {
        facts: { statistics: measurement.statistics },
        commands: [['llama-perplexity', '-m', 'x.gguf', '-c', '512', ...(changes.flags ?? [])]],
        inputs: [
          { role: 'model', name: 'm', sha256: changes.model ?? 'c'.repeat(64) },
          ...measured.manifest.provenance.inputs,
          ...made.manifest.files.map((file) => ({ role: 'variant', name: file.name, sha256: file.sha256 })),
        ],
      });
      kept.manifest.provenance.toolchain = changes.toolchain ?? null;
      return { ...model(name), measured: { ...kept, result: null } };
    };
    expect(
      apartOf(
        bare('a', {}),
        bare('b', {}),
        bare('c', { flags: ['-b', '512'] }),
        bare('d', { model: '9'.repeat(64) }),
      ),
    ).toEqual([
      ['c', 'the settings: batch 512, ctx 512, not ctx 512'],
      ['d', 'the unquantized model: 999999999999, not cccccccccccc'],
    ]);
    expect(apartOf(bare('a', { toolchain: { x: 1 } }), bare('b', { toolchain: { x: 2 } }))).toEqual([
      ['b', expect.stringMatching(/^the tools: /)],
    ]);
  });

  it('that stopped early are no measurement of the text', () => {
    const early = {
      ...model('b'),
      measured: {
        ...artifact('m:kld:b', {
          step: 'kld-sequential',
          inputs: made.manifest.files.map((file) => ({
            role: 'variant',
            name: file.name,
            sha256: file.sha256,
          })),
        }),
        result: null,
      },
    };
    expect(apartOf(model('a'), early)).toEqual([
      ['b', 'how much was read: a comparison that stopped early, not all of the text'],
    ]);
  });

  it('are compared with no other, and no gate passes that would do so', () => {
    const gates = {
      a: { atMost: { meanKld: 1 }, noWorseThan: { b: { meanKld: '100%' }, c: { meanKld: '100%' } } },
    } as const;
    const evidence = evidenceWith({ variants: [model('a'), model('b', fewer), model('c')], gates });
    expect(evidence.comparisons.map(({ a, b }) => [a, b])).toEqual([['a', 'c']]);
    expect(
      evidence.variants[0]?.gates?.map(({ than, passed, apart }) => [than?.name, passed, apart]),
    ).toEqual([
      [undefined, true, []],
      ['b', false, ['the chunks: 40, not 4']],
      ['c', true, []],
    ]);
  });
});

describe('gates', () => {
  it('are held against what is known of each variant', () => {
    const {
      variants: [only],
    } = evidenceOf(inputs({ gates: { Q4_K_M: { atMost: { bitsPerWeight: 4, meanKld: 1 } } } }));
    expect(only?.gates?.map(({ metric, passed, measured: value }) => [metric, passed, value])).toEqual([
      ['meanKld', true, measurement.statistics.kldNats.mean.value],
      ['bitsPerWeight', false, 4.9],
    ]);
    expect(
      evidenceOf(inputs({ gates: { Q6_K: { atMost: { bitsPerWeight: 4 } } } })).variants[0]?.gates,
    ).toBeNull();
  });
});
