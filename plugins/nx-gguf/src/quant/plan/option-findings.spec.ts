import type { Variant } from '../../core/generated/model.generated.js';
import { dryRun } from '../testing/dry-runs.js';
import { parseTensorTypes } from '../rules/tensor-types.js';
import { optionFindings, requireUnquantized, type DeclaredOptions } from './option-findings.js';
import { quantizationPlan } from './tensor-plan.js';

interface Case {
  variant: Partial<Variant>;
  lines: readonly string[];
  rules?: string;
  entries?: readonly string[] | null;
  files?: number;
}

function planOf({ variant, lines, rules = '' }: Case) {
  const run = dryRun(...lines);
  return quantizationPlan({
    rules: parseTensorTypes(rules).rules,
    options: { ftype: 'Q4_K_M', ...variant },
    actual: run,
    stock: run,
  });
}

function found(of: Case): string[] {
  const declared: DeclaredOptions = {
    variant: { ftype: 'Q4_K_M', ...of.variant },
    plan: planOf(of),
    blocks: [0, 1, 2, 3],
    files: of.files ?? 1,
    entries: of.entries ?? null,
  };
  return optionFindings(declared).map(
    ({ check, message, atMost }) => `${check}${atMost === undefined ? '' : '?'}: ${message}`,
  );
}

const tied = ['token_embd.weight bf16 q6_K', 'blk.0.attn_v.weight bf16 q4_K'];
const untied = [...tied, 'output.weight bf16 q6_K'];
const noOutput = 'the model has no output.weight, its output matrix is token_embd.weight';

describe('optionFindings', () => {
  it.each<[string, Case, string[]]>([
    ['nothing, of a variant without options', { variant: {}, lines: tied }, []],
    [
      'an output matrix that is to be left alone and is the embeddings',
      { variant: { leaveOutputTensor: true }, lines: tied },
      [
        `noEffect: leaveOutputTensor changes nothing: ${noOutput}; a rule '^token_embd\\.weight$=…' or tokenEmbeddingType decides its type`,
      ],
    ],
    [
      'nothing, of an output matrix that is left alone',
      { variant: { leaveOutputTensor: true }, lines: [...tied, 'output.weight bf16 bf16'] },
      [],
    ],
    [
      'an output type that loses to a rule on tied embeddings',
      {
        variant: { outputTensorType: 'q8_0', tensorTypes: 't' },
        lines: ['token_embd.weight bf16 q4_K'],
        rules: '\ntoken_embd=q4_K',
      },
      [
        `noEffect: outputTensorType q8_0 changes nothing: ${noOutput}, which becomes q4_K: the rule of line 2 goes first`,
      ],
    ],
    [
      'an output type that loses to the type of tied embeddings',
      {
        variant: { outputTensorType: 'q8_0', tokenEmbeddingType: 'q5_0' },
        lines: ['token_embd.weight bf16 q5_0'],
      },
      [
        `noEffect: outputTensorType q8_0 changes nothing: ${noOutput}, which becomes q5_0: --token-embedding-type goes first`,
      ],
    ],
    [
      'an output type that loses to pure',
      { variant: { outputTensorType: 'q8_0', pure: true }, lines: ['token_embd.weight bf16 q4_K'] },
      [`noEffect: outputTensorType q8_0 changes nothing: ${noOutput}, which becomes q4_K: --pure goes first`],
    ],
    [
      'an output type of a plain file with tied embeddings',
      { variant: { ftype: 'F16', outputTensorType: 'q8_0' }, lines: ['token_embd.weight bf16 f16'] },
      [
        `noEffect: outputTensorType q8_0 changes nothing: ${noOutput}, which becomes f16: F16 asks for no other type there`,
      ],
    ],
    [
      'nothing, of an output type that decides',
      { variant: { outputTensorType: 'q8_0' }, lines: [...tied, 'output.weight bf16 q8_0'] },
      [],
    ],
    [
      'an embedding type without embeddings',
      { variant: { tokenEmbeddingType: 'q8_0' }, lines: ['blk.0.attn_v.weight bf16 q4_K'] },
      ['noEffect: tokenEmbeddingType changes nothing: the model has no token_embd.weight that is quantized'],
    ],
    [
      'pure where rules decide everything',
      { variant: { pure: true, tensorTypes: 't' }, lines: ['a.weight bf16 q8_0'], rules: 'a=q8_0' },
      ['noEffect?: pure changes nothing: rules and options decide every tensor that is quantized'],
    ],
    ['nothing, of pure', { variant: { pure: true }, lines: ['a.weight bf16 q4_K'] }, []],
    [
      'layers that are not there',
      { variant: { pruneLayers: [1, 9, 4] }, lines: tied },
      ['noEffect: pruneLayers names 9, 4, and the model has the layers 0 to 3'],
    ],
    ['nothing, of layers that are there', { variant: { pruneLayers: [0, 3] }, lines: tied }, []],
    [
      'shards of one file',
      { variant: { keepSplit: true }, lines: tied },
      ['noEffect?: keepSplit keeps nothing: the unquantized model is one file'],
    ],
    ['nothing, of shards', { variant: { keepSplit: true }, lines: tied, files: 2 }, []],
    [
      'leave to requantize that nothing needs',
      { variant: { allowRequantize: true }, lines: ['a.weight bf16 q4_K', 'b.weight q8_0 q8_0'] },
      ['noEffect?: allowRequantize changes nothing: no tensor that is quantized is so already'],
    ],
    [
      'nothing, of leave that is needed',
      { variant: { allowRequantize: true }, lines: ['a.weight q8_0 q4_K'] },
      [],
    ],
    [
      'a matrix for types that do not look at it',
      { variant: { ftype: 'Q8_0', imatrix: true }, lines: ['a.weight bf16 q8_0'] },
      [
        'noEffect?: imatrix changes no weight: Q8_0 gives no tensor a type whose quantizer looks at the matrix',
      ],
    ],
    ['nothing, of a matrix that is used', { variant: { imatrix: true }, lines: tied }, []],
    [
      'a type that every tensor has already',
      {
        variant: { ftype: 'BF16', leaveOutputTensor: true },
        lines: ['token_embd.weight bf16 bf16', 'output.weight bf16 bf16'],
      },
      [
        'noEffect?: BF16 changes no tensor: each has in the unquantized model the type that it would get, and is copied as it is',
        'noEffect?: leaveOutputTensor changes nothing: output.weight is bf16 already',
      ],
    ],
    ['nothing, of a copy that is asked for', { variant: { ftype: 'COPY' }, lines: ['a.weight f32 f32'] }, []],
    [
      'what is pure anyway',
      { variant: { ftype: 'Q8_0', pure: true }, lines: ['token_embd.weight bf16 q8_0'] },
      ['noEffect?: pure changes nothing: Q8_0 gives every tensor that type without it'],
    ],
    [
      'weights of a type that no matrix has influence on',
      {
        variant: { excludeWeights: ['attn_v', 'token_embd'] },
        lines: ['token_embd.weight bf16 q6_K', 'blk.0.attn_v.weight bf16 q8_0'],
      },
      [
        "noEffect?: excludeWeights: 'attn_v' is in the names of tensors (blk.0.attn_v.weight) that become q8_0, and no matrix has influence on these",
      ],
    ],
    [
      'names in includeWeights that no entry has',
      { variant: { includeWeights: ['attn_v', 'attn_w'] }, lines: tied, entries: ['blk.0.attn_v.weight'] },
      [
        "noEffect: includeWeights: 'attn_w' is in the name of no entry of the importance matrix (did you mean 'attn_v'?)",
      ],
    ],
    [
      'names in excludeWeights that no tensor has',
      { variant: { excludeWeights: ['ffn_down'] }, lines: tied },
      ["noEffect: excludeWeights: 'ffn_down' is in the name of no tensor of the model"],
    ],
    [
      'a policy for rules that there are none of',
      { variant: { sideEffects: 'pin' }, lines: tied },
      ['noEffect?: sideEffects changes nothing: the variant has no tensorTypes'],
    ],
  ])('finds %s', (...[, of, expected]) => {
    expect(found(of)).toEqual(expected);
  });

  it('says nothing of a type that untied models give an output matrix anyway', () => {
    expect(found({ variant: { outputTensorType: 'q6_K' }, lines: untied })).toEqual([]);
  });
});

describe('requireUnquantized', () => {
  const lines = ['a.weight q8_0 q4_K', 'b.weight bf16 q4_K', 'c.weight q8_0 q8_0'];
  it('names what llama-quantize would refuse in mid-run', () => {
    const plan = planOf({ variant: {}, lines });
    expect(() => {
      requireUnquantized(plan, { ftype: 'Q4_K_M' }, 'm:plan:v');
    }).toThrow(
      expect.objectContaining({
        code: 'QUANTIZE_REQUANTIZES',
        message: 'm:plan:v: a.weight of the unquantized model: quantized already (q8_0)',
      }) as Error,
    );
    requireUnquantized(plan, { ftype: 'Q4_K_M', allowRequantize: true }, 'm:plan:v');
  });
});
