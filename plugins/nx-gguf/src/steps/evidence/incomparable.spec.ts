import type { KldResult } from '../../core/generated/kld.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { EvidenceInputs } from './evidence-inputs.js';
import { evidenceOf } from './evidence.js';
import {
  artifact,
  inputs,
  made,
  measured,
  measurement,
  plan,
  result,
  text,
} from '../testing/evidence-inputs.js';

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
