import { checkGates } from '../../kld/gates/gates.js';
import { conditionsOf } from '../../kld/statistics/conditions.js';
import { resultOf } from '../../kld/testing/chunk-series.js';
import type { Gates } from '../../kld/gates/gates.js';
import type { Rows, Row } from './row.js';
import { withField } from './row.js';
import { outcomeOf, type Files } from './recipe-lab.js';
import type { TargetRef } from '../../core/target.js';

const variant = { ftype: 'Q4_K_M', imatrix: false };
const model = {
  name: 'M',
  source: { type: 'path', path: 'checkpoint' },
  quantize: { v: variant },
  evaluation: { corpus: { project: 'texts', file: 'texts/a.txt' } },
  bench: {},
};
const texts = { source: { type: 'path', path: 'a.txt' } };
const others: Files = {
  'm/checkpoint/a': 'a',
  'm/checkpoint/b': 'b',
  'texts/corpus.json': texts,
  'more/corpus.json': texts,
};
const targets: Readonly<Record<string, TargetRef>> = {
  fetch: { project: 'm', kind: 'fetch' },
  convert: { project: 'm', kind: 'convert' },
  imatrix: { project: 'm', kind: 'imatrix' },
  plan: { project: 'm', kind: 'plan', variant: 'v' },
  quantize: { project: 'm', kind: 'quantize', variant: 'v' },
  reference: { project: 'm', kind: 'reference', variant: 'r' },
  kld: { project: 'm', kind: 'kld', variant: 'v' },
  bench: { project: 'm', kind: 'bench', variant: 'v' },
};

/** A row whose field is set in model.json, and that is seen in what a target comes to: `target field`. */
export function inModel(
  place: string,
  values: readonly [unknown, unknown],
  { base = {}, files = {} }: { base?: object; files?: Files } = {},
): Row {
  const [target = '', field = ''] = place.split(' ');
  return {
    values,
    observe: (value) =>
      outcomeOf(targets[target] ?? { project: 'm', kind: 'fetch' }, {
        ...others,
        ...files,
        'm/model.json': withField({ ...model, ...base }, field.split('.'), value),
      }),
  };
}

/** The same rows under a longer name. */
export function prefixed(prefix: string, rows: Record<string, Row>): Rows {
  return Object.fromEntries(Object.entries(rows).map(([field, row]) => [`${prefix}${field}`, row]));
}

const variantRow = (field: string, values: readonly [unknown, unknown], more: object = {}) =>
  inModel(`quantize quantize.v.${field}`, values, {
    base: { quantize: { v: { ...variant, ...more } }, imatrix: { type: 'make', corpus: 'texts' } },
    files: { 'm/t.txt': 'blk\\.0\\.attn_v=q8_0\n', 'm/u.txt': 'attn_v=q5_0\n' },
  });

const variants: Record<string, Row> = {
  ftype: variantRow('ftype', ['Q4_K_M', 'Q5_K_M']),
  tensorTypes: variantRow('tensorTypes', ['t.txt', 'u.txt']),
  imatrix: variantRow('imatrix', [true, false]),
  pure: variantRow('pure', [true, undefined]),
  leaveOutputTensor: variantRow('leaveOutputTensor', [true, undefined]),
  outputTensorType: variantRow('outputTensorType', ['q8_0', 'q5_0']),
  tokenEmbeddingType: variantRow('tokenEmbeddingType', ['q8_0', 'q5_0']),
  overrideKv: variantRow('overrideKv', [['general.name=str:x'], ['general.name=str:y']]),
  pruneLayers: variantRow('pruneLayers', [[0], [9]]),
  keepSplit: variantRow('keepSplit', [true, undefined]),
  allowRequantize: variantRow('allowRequantize', [true, undefined]),
  includeWeights: variantRow('includeWeights', [['blk.0'], ['blk.1']], { imatrix: true }),
  excludeWeights: variantRow('excludeWeights', [['blk.0'], ['blk.1']], { imatrix: true }),
  sideEffects: variantRow('sideEffects', ['forbid', 'allow'], { tensorTypes: 't.txt' }),
};

/** For each check, what it finds: rules, or options of the variant. */
const found: Readonly<Record<string, { rules?: string; options?: object }>> = {
  syntax: { rules: 'attn_v' },
  unknownType: { rules: 'attn_v=q99' },
  patternCase: { rules: 'attn_\\D=q8_0' },
  noMatch: { rules: 'xyz=q8_0' },
  hidden: { rules: 'attn=q8_0\nattn_v=q6_K' },
  notQuantized: { rules: 'norm=q8_0' },
  overruled: { rules: 'token_embd=q8_0', options: { tokenEmbeddingType: 'q6_K' } },
  fallback: { rules: 'ffn_down=q4_K' },
  defaultFallback: {},
  missingImatrix: { rules: 'attn_v=iq2_xs' },
  imatrixCoverage: { options: { imatrix: true } },
  noEffect: { options: { leaveOutputTensor: true } },
  unknownKey: { options: { overrideKv: ['qwen35.context_lenght=int:1'] } },
  unloadable: { options: { overrideKv: ['general.name=int:1'] } },
};
const checkRow =
  (field: string) =>
  ([check, { rules, options = {} }]: [string, { rules?: string; options?: object }]): [string, Row] => [
    check,
    inModel(`quantize ${field}.${check}`, ['error', 'off'], {
      base: {
        imatrix: { type: 'make', corpus: 'texts' },
        quantize: { v: { ...variant, ...options, ...(rules === undefined ? {} : { tensorTypes: 'c.txt' }) } },
      },
      files: { 'm/c.txt': rules ?? '' },
    }),
  ];

const made = { imatrix: { type: 'make', corpus: { project: 'texts', file: 'texts/a.txt' } } };
const evaluated = (field: string, values: readonly [unknown, unknown], more: object = {}) =>
  inModel(`kld evaluation.${field}`, values, { base: { evaluation: { ...model.evaluation, ...more } } });

/** A gate that 0 misses and a thousand holds. */
const subject = (kld: number) => {
  const result = resultOf([kld, kld, kld, kld]);
  return {
    sizeBytes: 1000,
    bitsPerWeight: 5,
    statistics: result.statistics,
    conditions: conditionsOf(result),
  };
};
const gateRow = (gate: (limit: unknown) => Gates[string], values: readonly [unknown, unknown]): Row => ({
  values,
  observe: (limit) =>
    checkGates(
      { v: gate(limit) },
      new Map([
        ['v', subject(0.5)],
        ['r', { ...subject(0.1), sizeBytes: 900, bitsPerWeight: 4 }],
      ]),
    ).checks,
});
const ceilings = [
  'meanKld',
  'percentile99_9Kld',
  'percentile99Kld',
  'maximumKld',
  'perplexityRatio',
  'rmsDeltaProbabilityPercent',
  'size',
  'bitsPerWeight',
];

/** The fields of model.json that targets of the recipe take. */
export const modelRows: Rows = prefixed('model: ', {
  name: inModel('convert name', ['M', 'N']),
  toolchain: inModel('quantize toolchain', ['llama-cpp', 'other']),
  source: inModel('fetch source.path', ['checkpoint', 'checkpoint/a']),
  'convert.outtype': inModel('convert convert.outtype', ['f16', 'bf16']),
  'convert.modelName': inModel('convert convert.modelName', ['A', 'B']),
  'convert.metadata': inModel('convert convert.metadata', ['a.json', 'b.json'], {
    files: { 'm/a.json': '{"general.name":"A"}', 'm/b.json': '{"general.name":"B"}' },
  }),
  'convert.mtp': inModel('convert convert.mtp', [true, false]),
  'convert.extraArgs': inModel('convert convert.extraArgs', [['--no-mtp'], []]),
  'imatrix<file>.source': inModel(
    'imatrix imatrix.source',
    [
      { type: 'path', path: 'checkpoint/a' },
      { type: 'path', path: 'checkpoint/b' },
    ],
    { base: { imatrix: { type: 'file' } } },
  ),
  'imatrix<file>.file': inModel('imatrix imatrix.file', ['a', 'b'], {
    base: { imatrix: { type: 'file', source: { type: 'path', path: 'checkpoint' } } },
  }),
  'imatrix<make>.corpus.project': inModel(
    'imatrix imatrix.corpus',
    ['more', { project: 'texts', file: 'texts/a.txt' }],
    { base: made },
  ),
  'imatrix<make>.corpus.file': inModel('imatrix imatrix.corpus.file', ['texts/a.txt', 'texts/b.txt'], {
    base: made,
  }),
  ...Object.fromEntries(
    (
      [
        ['ctx', [64, 128]],
        ['chunks', [4, 8]],
        ['batch', [64, 128]],
        ['processOutput', [true, false]],
        ['parseSpecial', [true, false]],
      ] as const
    ).map(([field, values]) => [
      `imatrix<make>.${field}`,
      inModel(`imatrix imatrix.${field}`, values, { base: made }),
    ]),
  ),
  'planFrom<path>.path': inModel('plan planFrom.path', ['a.gguf', 'b.gguf'], {
    base: { planFrom: { type: 'path' } },
  }),
  'planFrom<url>.url': inModel(
    'plan planFrom.url',
    ['http://127.0.0.1:1/a.gguf', 'http://127.0.0.1:1/b.gguf'],
    {
      base: { planFrom: { type: 'url' } },
    },
  ),
  ...prefixed('quantize.*.', variants),
  ...prefixed(
    'quantize.*.checks.',
    Object.fromEntries(Object.entries(found).map(checkRow('quantize.v.checks'))),
  ),
  ...prefixed('checks.', Object.fromEntries(Object.entries(found).map(checkRow('checks')))),
  'references.*.source': inModel(
    'reference references.r.source',
    [
      { type: 'path', path: 'a.gguf' },
      { type: 'path', path: 'b.gguf' },
    ],
    { files: { 'm/a.gguf': 'a', 'm/b.gguf': 'b' } },
  ),
  'evaluation.corpus.project': evaluated('corpus', ['more', { project: 'texts', file: 'texts/a.txt' }]),
  'evaluation.corpus.file': evaluated('corpus.file', ['texts/a.txt', 'texts/b.txt']),
  'evaluation.ctx': evaluated('ctx', [64, 128]),
  'evaluation.chunks': evaluated('chunks', [4, 8]),
  'evaluation.batch': evaluated('batch', [64, 128]),
  'evaluation.ubatch': evaluated('ubatch', [64, 128]),
  'evaluation.gpuLayers': evaluated('gpuLayers', [4, 'all']),
  'evaluation.device': evaluated('device', [['none'], ['CUDA0']]),
  'evaluation.rpc': evaluated('rpc', [['a:1'], ['b:1']]),
  'evaluation.flashAttention': evaluated('flashAttention', ['on', 'off']),
  'evaluation.base': evaluated('base', ['keep', 'stream']),
  'evaluation.baseLimit': evaluated('baseLimit', [1, 2], { base: 'auto' }),
  'evaluation.shareBase': evaluated('shareBase', [true, false]),
  ...prefixed(
    'bench.',
    Object.fromEntries(
      (
        [
          ['prompt', [[8], [16]]],
          ['generate', [[8], [16]]],
          ['depth', [[8], [16]]],
          ['repetitions', [1, 2]],
          ['threads', [1, 2]],
          ['batch', [64, 128]],
          ['ubatch', [64, 128]],
          ['gpuLayers', [1, 2]],
          ['flashAttention', ['on', 'off']],
          ['devices', [['A'], ['B']]],
          ['cacheTypeK', ['f16', 'q8_0']],
          ['cacheTypeV', ['f16', 'q8_0']],
        ] as const
      ).map(([field, values]) => [field, inModel(`bench bench.${field}`, values)]),
    ),
  ),
  ...Object.fromEntries(
    ceilings.flatMap((metric) => [
      [`gates.*.atMost.${metric}`, gateRow((limit) => ({ atMost: { [metric]: limit } }), [0, 10_000])],
      [
        `gates.*.noWorseThan.*.${metric}`,
        gateRow((limit) => ({ noWorseThan: { r: { [metric]: limit } } }), ['0%', 10_000]),
      ],
    ]),
  ),
  'gates.*.atLeast.sameTopPercent': gateRow(
    (limit) => ({ atLeast: { sameTopPercent: limit as number } }),
    [0, 100],
  ),
  'gates.*.noWorseThan.*.sameTopPercent': gateRow(
    (limit) => ({ noWorseThan: { r: { sameTopPercent: limit as number } } }),
    ['0%', 50],
  ),
});
