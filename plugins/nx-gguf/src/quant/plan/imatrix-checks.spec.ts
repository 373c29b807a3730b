import { isGgufError } from '../../core/errors.js';
import { dryRun } from '../testing/dry-runs.js';
import { contents, entry } from '../testing/imatrix-entries.js';
import { coverageFindings, imatrixCheck, requireUsableImatrix } from './imatrix-checks.js';
import type { ImatrixContents, WeightOptions } from './imatrix-need.js';
import { quantizationPlan } from './tensor-plan.js';

/** A check of a model whose tensors have 256 columns, and as many experts as the name says: `a.8exps`. */
function checkOf(lines: readonly string[], imatrix: ImatrixContents, options: WeightOptions = {}) {
  const run = dryRun(...lines);
  const tensors = run.tensors.map((tensor) => {
    const columns = /(\d+)cols/.exec(tensor.name)?.[1];
    if (columns !== undefined) return { ...tensor, shape: [Number(columns), 4] };
    const experts = /(\d+)exps/.exec(tensor.name)?.[1];
    return experts === undefined ? tensor : { ...tensor, shape: [256, 4, Number(experts)] };
  });
  const plan = quantizationPlan({
    rules: [],
    options: { ftype: 'Q4_K_M' },
    actual: { ...run, tensors },
    stock: { ...run, tensors },
  });
  const check = imatrixCheck(plan, imatrix, options);
  if (check === null) throw new Error('nothing is known');
  return check;
}

function refusal(...[lines, imatrix, options]: Parameters<typeof checkOf>): [string, string[]] | null {
  try {
    requireUsableImatrix(checkOf(lines, imatrix, options), 'm:plan:v');
    return null;
  } catch (error) {
    if (!isGgufError(error)) throw error;
    return [error.code, error.message.split('\n').slice(1)];
  }
}

const two = ['blk.0.a f16 q4_K', 'blk.1.a f16 q6_K'];

describe('imatrixCoverage', () => {
  const none = { withoutData: [], notCollected: [] };
  it.each<[string, string[], ImatrixContents, WeightOptions, object]>([
    ['all', two, contents(['blk.0.a', 'blk.1.a']), {}, { weighted: 2, withData: 2, ...none }],
    [
      'some',
      two,
      contents(['blk.1.a']),
      {},
      { weighted: 2, withData: 1, withoutData: ['blk.0.a'], notCollected: [] },
    ],
    [
      'some, of which one has an entry without data',
      two,
      contents(['blk.0.a', entry('blk.1.a', { blank: [[0, 256]] })]),
      {},
      { weighted: 2, withData: 1, withoutData: ['blk.1.a'], notCollected: [] },
    ],
    [
      'those whose type uses data',
      [...two, 'blk.2.a f16 q8_0', 'blk.3.a f32 f32', 'blk.4.a q4_K q4_K'],
      contents(['blk.0.a', 'blk.1.a']),
      {},
      { weighted: 2, withData: 2, ...none },
    ],
    [
      'those that are left in',
      two,
      contents(['blk.0.a']),
      { excludeWeights: ['blk.1'] },
      { weighted: 1, withData: 1, ...none },
    ],
    [
      'those that are named',
      two,
      contents(['blk.0.a', 'blk.1.a']),
      { includeWeights: ['blk.1'] },
      { weighted: 1, withData: 1, ...none },
    ],
    [
      'blocks of multi-token prediction and tensors outside of blocks apart',
      [
        ...two,
        'blk.2.a f16 q4_K',
        'blk.2.nextn.eh_proj f16 q4_K',
        'token_embd.weight f16 q6_K',
        'output.weight f16 q6_K',
      ],
      contents(['blk.0.a', 'blk.1.a', 'output.weight']),
      {},
      {
        weighted: 3,
        withData: 3,
        withoutData: [],
        notCollected: ['blk.2.a', 'blk.2.nextn.eh_proj', 'token_embd.weight'],
      },
    ],
    [
      'layers by their numbers before some were pruned',
      ['blk.0.a f16 q4_K'],
      contents(['blk.1.a']),
      { pruneLayers: [0] },
      { weighted: 1, withData: 1, ...none },
    ],
  ])('counts %s', (...[, lines, imatrix, options, expected]) => {
    const { coverage, ...check } = checkOf(lines, imatrix, options);
    expect(coverage).toEqual(expected);
    expect(refusal(lines, imatrix, options)).toBeNull();
    // A warning is about tensors without data, and about nothing else of this.
    expect(coverageFindings({ coverage, ...check }).map(({ message }) => message)).toEqual(
      coverage.withoutData.length === 0
        ? []
        : [`1 of 2 weighted tensors have data; none for ${coverage.withoutData.join()}`],
    );
  });

  it('is not known as long as the matrix is not', () => {
    const { plan } = checkOf(two, contents(['blk.0.a']));
    expect(imatrixCheck(plan, { entries: null, refused: [], doubts: [] }, {})).toBeNull();
  });
});

describe('requireUsableImatrix', () => {
  it('says what to correct: the choice from the matrix, or the matrix', () => {
    const hintOf = (entries: string[], options: WeightOptions): string => {
      try {
        requireUsableImatrix(checkOf(two, contents(entries), options), 'm:plan:v');
      } catch (error) {
        return (error as { hint: string }).hint;
      }
      return '';
    };
    expect(hintOf(['blk.0.a'], { includeWeights: ['attn'] })).toMatch(
      /^includeWeights and excludeWeights are parts of names of the entries \(blk\.0\.a\)/,
    );
    expect(hintOf(['model.a'], {})).toMatch(/^Take a matrix/);
  });

  it.each<[string, string[], ImatrixContents, WeightOptions, [string, string[]]]>([
    [
      'a matrix whose tensors have other names',
      two,
      contents(['model.a', 'model.b']),
      {},
      [
        'IMATRIX_COVERS_NOTHING',
        [
          '0 of 2 weighted tensors have data: it has entries for model.a, model.b, and the model has blk.0.a, blk.1.a',
        ],
      ],
    ],
    [
      'options that leave nothing of it',
      two,
      contents(['blk.0.a']),
      { includeWeights: ['attn'] },
      ['IMATRIX_COVERS_NOTHING', ['includeWeights "attn" leave no tensor that it would be used for']],
    ],
    [
      'entries without data alone',
      ['blk.0.a f16 q4_K'],
      contents([entry('blk.0.a', { blank: [[0, 256]] })]),
      {},
      [
        'IMATRIX_COVERS_NOTHING',
        ['0 of 1 weighted tensors have data: it has entries for blk.0.a, and the model has blk.0.a'],
      ],
    ],
    [
      'another width, also where the type does not use it',
      [...two, 'blk.2.a f16 q8_0'],
      contents(['blk.0.a', entry('blk.1.a', { values: 128 }), entry('blk.2.a', { values: 512 })]),
      {},
      [
        'QUANTIZE_IMATRIX_UNFIT',
        [
          'another number of values than the tensor has columns: blk.1.a (128 for 256), blk.2.a (512 for 256)',
        ],
      ],
    ],
    [
      'the width of a tensor without experts for one with',
      ['blk.0.a f16 q4_K', 'blk.0.4exps f16 q4_K'],
      contents(['blk.0.a', 'blk.0.4exps']),
      {},
      [
        'QUANTIZE_IMATRIX_UNFIT',
        ['another number of values than the tensor has columns: blk.0.4exps (256 for 1024)'],
      ],
    ],
    [
      'values that are none, also of an entry that nothing uses',
      two,
      contents(['blk.0.a', 'blk.1.a', entry('other', { invalid: 3 })]),
      {},
      ['QUANTIZE_IMATRIX_UNFIT', ['values that are NaN, infinite or negative: other (3 of 256)']],
    ],
    [
      'zeros, of a whole tensor and of one expert',
      ['blk.0.a f16 q4_K', 'blk.0.2exps f16 q4_K'],
      contents([
        entry('blk.0.a', { zeros: [[0, 256]] }),
        entry('blk.0.2exps', { values: 512, zeros: [[250, 262]] }),
      ]),
      {},
      [
        'QUANTIZE_IMATRIX_UNFIT',
        ['all values are zero, so that llama-quantize would make the tensor zero: blk.0.a, blk.0.2exps'],
      ],
    ],
    [
      'all that is wrong at once, in bounded lists',
      Array.from({ length: 9 }, (_, block) => `blk.${block}.a f16 q4_K`),
      contents(
        Array.from({ length: 9 }, (_, block) =>
          entry(`blk.${block}.a`, { values: 7, invalid: block === 3 ? 1 : 0 }),
        ),
        ['its metadata lack imatrix.chunk_size'],
      ),
      {},
      [
        'QUANTIZE_IMATRIX_UNFIT',
        [
          'llama-quantize refuses the file: its metadata lack imatrix.chunk_size',
          'another number of values than the tensor has columns: blk.0.a (7 for 256), blk.1.a (7 for 256), blk.2.a (7 for 256), blk.3.a (7 for 256), blk.4.a (7 for 256), blk.5.a (7 for 256) and 3 more',
          'values that are NaN, infinite or negative: blk.3.a (1 of 7)',
          '0 of 9 weighted tensors have data: it has entries for blk.0.a, blk.1.a, blk.2.a, blk.3.a, blk.4.a, blk.5.a and 3 more, and the model has blk.0.a, blk.1.a, blk.2.a, blk.3.a, blk.4.a, blk.5.a and 3 more',
        ],
      ],
    ],
  ])('refuses %s', (...[, lines, imatrix, options, expected]) => {
    expect(refusal(lines, imatrix, options)).toEqual(expected);
  });

  it.each<[string, string[], ImatrixContents, WeightOptions]>([
    ['a type that uses no matrix', ['blk.0.a f16 q8_0'], contents(['blk.0.a']), {}],
    ['nothing to quantize', ['blk.0.a f16 f16'], contents(['blk.0.a']), {}],
    ['embeddings alone', ['token_embd.weight f16 q6_K', 'blk.0.a f16 q8_0'], contents(['blk.0.a']), {}],
    [
      'bad data that are left out',
      two,
      contents(['blk.0.a', entry('blk.1.a', { invalid: 1, values: 3 })]),
      { excludeWeights: ['blk.1'] },
    ],
    [
      'zeros that no type uses',
      [...two, 'blk.2.a f16 q8_0'],
      contents(['blk.0.a', 'blk.1.a', entry('blk.2.a', { zeros: [[0, 256]] })]),
      {},
    ],
    ['zeros in a part of a row', two, contents(['blk.0.a', entry('blk.1.a', { zeros: [[0, 200]] })]), {}],
    [
      'an embedding of another width',
      [...two, 'token_embd.weight f16 q6_K'],
      contents(['blk.0.a', 'blk.1.a', entry('token_embd.weight', { values: 9 })]),
      {},
    ],
  ])('takes %s', (...[, lines, imatrix, options]) => {
    expect(refusal(lines, imatrix, options)).toBeNull();
  });
});

describe('counts of a matrix', () => {
  it.each<[string, string, number, string | null]>([
    ['one for each expert', 'blk.0.4exps f16 q4_K', 4, null],
    ['one for all, as a matrix of the older format has', 'blk.0.4exps f16 q4_K', 1, null],
    ['for another number of experts', 'blk.0.4exps f16 q4_K', 2, 'blk.0.4exps (2 for 4)'],
    ['of experts for a tensor that has none', 'blk.0.a f16 q4_K', 3, 'blk.0.a (3 for 1)'],
    ['that nobody uses', 'blk.0.4exps f16 q8_0', 2, null],
  ])('%s', (...[, line, counts, told]) => {
    const [name = ''] = line.split(' ');
    const values = name.includes('exps') ? 1024 : 256;
    const found = refusal(
      [line, 'blk.1.a f16 q4_K'],
      contents([entry(name, { values, counts }), 'blk.1.a']),
      {},
    );
    expect(found).toEqual(
      told === null
        ? null
        : [
            'QUANTIZE_IMATRIX_UNFIT',
            [
              `another number of counts than the tensor has experts, so that sums would be divided by counts of others: ${told}`,
            ],
          ],
    );
  });
});

describe('coverageFindings', () => {
  it.each<[string, string[], ImatrixContents, WeightOptions, string[]]>([
    [
      'some experts without data',
      ['blk.0.4exps f16 q4_K', 'blk.1.4exps f16 q4_K', 'blk.2.4exps f16 q8_0'],
      contents([
        entry('blk.0.4exps', { values: 1024, blank: [[256, 512]] }),
        entry('blk.1.4exps', { values: 1024 }),
        entry('blk.2.4exps', { values: 1024, blank: [[256, 512]] }),
      ]),
      {},
      ['experts without data, which are quantized as if all columns were equal: 2 of 4 of blk.0.4exps'],
    ],
    [
      'an embedding whose data are passed over',
      [...two, 'token_embd.weight f16 q6_K'],
      contents(['blk.0.a', 'blk.1.a', entry('token_embd.weight', { values: 9 })]),
      {},
      ['llama-quantize passes over data of another width: token_embd.weight (9 values for 256)'],
    ],
    [
      'entries for tensors that the model does not have',
      two,
      contents(['blk.0.a', 'blk.1.a', 'blk.7.a']),
      {},
      [
        'the importance matrix has data for a tensor that the model does not have: blk.7.a (at most a warning)',
      ],
    ],
    [
      'the tensor that an entry was meant for',
      [...two, 'blk.1.attn_output f16 q4_K'],
      contents(['blk.0.a', 'blk.1.a', 'blk.1.attn_out']),
      {},
      [
        '2 of 3 weighted tensors have data; none for blk.1.attn_output',
        "the importance matrix has data for a tensor that the model does not have: blk.1.attn_out (did you mean 'blk.1.attn_output'?) (at most a warning)",
      ],
    ],
    [
      'what the file says of itself',
      two,
      { ...contents(['blk.0.a', 'blk.1.a']), doubts: ['it says that it was computed on 0 chunks of text'] },
      {},
      ['the importance matrix: it says that it was computed on 0 chunks of text (at most a warning)'],
    ],
    [
      'nothing of tensors that are not quantized',
      [...two, 'blk.0.b f32 f32'],
      contents(['blk.0.a', 'blk.1.a', 'blk.0.b']),
      {},
      [],
    ],
    [
      'nothing of pruned layers',
      ['blk.0.a f16 q4_K'],
      contents(['blk.0.a', 'blk.1.a']),
      { pruneLayers: [1] },
      [],
    ],
  ])('tell of %s', (...[, lines, imatrix, options, expected]) => {
    expect(
      coverageFindings(checkOf(lines, imatrix, options)).map(
        ({ message, atMost }) => `${message}${atMost === undefined ? '' : ' (at most a warning)'}`,
      ),
    ).toEqual(expected);
  });
});

it.each<[string, [number, number][], string | null]>([
  ['q4_K', [[1, 767]], '2 of 3'],
  ['q4_K', [[0, 512]], '2 of 3'],
  ['q4_K', [[1, 510]], null],
  ['q4_K', [[200, 400]], '1 of 3'],
  ['iq4_nl', [[0, 64]], '2 of 24'],
  ['q8_0', [[0, 512]], null],
])('blocks of %s without weight, by zeros in %j: %s', (to, zeros, found) => {
  const name = 'blk.0.768cols';
  const matrix = contents(['blk.1.a', entry(name, { values: 768, zeros })]);
  const messages = coverageFindings(checkOf([`${name} f16 ${to}`, 'blk.1.a f16 q4_K'], matrix)).map(
    ({ message }) => message,
  );
  expect(messages).toEqual(
    found === null ? [] : [expect.stringContaining(`makes zero in every row: ${name} (${found})`)],
  );
});
