import type { Model } from '../core/generated/model.generated.js';
import { parseAs } from '../core/validate.js';
import { requireConsistentModel } from './consistent-model.js';

const model = {
  name: 'M',
  source: { type: 'path', path: 'x' },
  quantize: { Q4_K_M: { ftype: 'Q4_K_M' }, Q6_K: { ftype: 'Q6_K' } },
  references: { theirs: { source: { type: 'path', path: 'y' }, compareWith: 'Q4_K_M' } },
  evaluation: { corpus: 'text' },
  card: { uses: { Q6_K: 'the best' } },
  publish: { variants: ['Q4_K_M'] },
  gates: { Q4_K_M: { atMost: { meanKld: 0.1, size: '1 GB' }, noWorseThan: { theirs: { meanKld: '5%' } } } },
};
/** What is wrong with the model when some of it is replaced. */
function mistakes(changes: object): { code: string; message: string; hint: string } | null {
  const changed: Model = parseAs('model', JSON.stringify({ ...model, ...changes }), 'model.json');
  try {
    requireConsistentModel(changed, 'm');
  } catch (error) {
    return error as { code: string; message: string; hint: string };
  }
  return null;
}

describe('what model.json says', () => {
  it('agrees with itself', () => {
    expect(mistakes({})).toBeNull();
  });

  it('compares enough tokens', () => {
    expect(mistakes({ evaluation: { corpus: 'text', ctx: 64, chunks: 4 } })).toBeNull();
  });

  it.each<[string, object, string, string[]]>([
    [
      'fewer tokens than llama-perplexity makes statistics of',
      { evaluation: { corpus: 'text', ctx: 64, chunks: 3 } },
      'KLD_TOO_FEW_TOKENS',
      [
        'm: "evaluation" compares 93 tokens in 3 chunks of 64, and llama-perplexity makes statistics of 100 or more',
      ],
    ],
    [
      'chunks of which no token is compared',
      { evaluation: { corpus: 'text', ctx: 2 } },
      'KLD_TOO_FEW_TOKENS',
      [
        'm: "evaluation" compares no token of a chunk of 2, and llama-perplexity makes statistics of 100 or more',
      ],
    ],
    [
      'a gate of an unknown variant',
      { gates: { Q4_K_S: { atMost: { size: 1 } } } },
      'BAD_GATES',
      [`m: gates.Q4_K_S: there is no variant "Q4_K_S" (did you mean 'Q4_K_M'?)`],
    ],
    [
      'a gate of a reference',
      { gates: { theirs: { atMost: { size: 1 } } } },
      'BAD_GATES',
      ['m: gates.theirs: theirs is a reference; gates are for variants'],
    ],
    [
      'a comparison with nobody',
      { gates: { Q6_K: { noWorseThan: { their: { size: 1 } } } } },
      'BAD_GATES',
      [
        `m: gates.Q6_K.noWorseThan.their: there is no reference and no variant "their" (did you mean 'theirs'?)`,
      ],
    ],
    [
      'a figure that nothing measures',
      { evaluation: undefined, gates: { Q6_K: { atMost: { meanKld: 1 } } } },
      'BAD_GATES',
      ['m: gates.Q6_K: meanKld is never measured, as the model has no "evaluation"'],
    ],
    [
      'limits that nothing keeps',
      { gates: { Q6_K: { atMost: { size: '0.2 B', bitsPerWeight: 1, perplexityRatio: 0 } } } },
      'BAD_GATES',
      [
        'm: gates.Q6_K.atMost.size: no file has 0 bytes',
        'm: gates.Q6_K.atMost.bitsPerWeight: no type has fewer than 1.125 bits per weight',
        'm: gates.Q6_K.atMost.perplexityRatio: no perplexity is 0',
      ],
    ],
    [
      'a comparison of a reference with nobody',
      { references: { theirs: { ...model.references.theirs, compareWith: 'Q4_KM' } } },
      'VARIANT_MISSING',
      [`m: references.theirs.compareWith: there is no variant "Q4_KM" (did you mean 'Q4_K_M'?)`],
    ],
    [
      'a use of nobody',
      { card: { uses: { q8: 'x' } } },
      'VARIANT_MISSING',
      ['m: card.uses.q8: there is no variant "q8"'],
    ],
    [
      'a publication of nobody',
      { publish: { variants: ['Q6_K', 'Q5_K'] } },
      'VARIANT_MISSING',
      [`m: publish.variants: there is no variant "Q5_K" (did you mean 'Q6_K'?)`],
    ],
    [
      'types that there are none of',
      { quantize: { ...model.quantize, x: { ftype: 'Q4_KM', outputTensorType: 'q9' } } },
      'BAD_VARIANT',
      [
        `m: quantize.x: unknown quantization type 'Q4_KM' (did you mean 'Q4_K_M'?)`,
        `m: quantize.x: outputTensorType: unknown tensor type 'q9'`,
      ],
    ],
    [
      'one name for two',
      { references: { Q6_K: { source: { type: 'path', path: 'y' } } }, gates: {} },
      'NAME_TAKEN',
      ['m: Q6_K is both a variant and a reference'],
    ],
  ])('%s', (...[, changes, code, lines]) => {
    const found = mistakes(changes);
    expect(found).toMatchObject({ code });
    for (const line of lines) expect(found?.message.split('\n')).toContain(line);
  });

  it.each<[string, object, string | null]>([
    ['a copy beside a matrix that it inherits', { ftype: 'COPY' }, null],
    [
      'a copy that asks for the matrix',
      { ftype: 'COPY', imatrix: true },
      'm: quantize.v: imatrix changes no tensor with COPY',
    ],
    [
      'weights of a matrix that is left out',
      { ftype: 'F16', excludeWeights: ['attn'] },
      'm: quantize.v: includeWeights and excludeWeights do nothing without an importance matrix',
    ],
    [
      'options that contradict each other',
      { ftype: 'Q6_K', leaveOutputTensor: true, outputTensorType: 'q8_0' },
      'm: quantize.v: leaveOutputTensor and outputTensorType contradict each other',
    ],
    [
      'rules of a copy',
      { ftype: 'COPY', tensorTypes: 'x' },
      'm: quantize.v: tensorTypes changes no tensor with COPY',
    ],
  ])('is told before any work: %s', (_, variant, message) => {
    const imatrix = { type: 'file', source: { type: 'path', path: 'z' } };
    const found = mistakes({ imatrix, quantize: { ...model.quantize, v: variant } });
    expect(found?.message ?? null).toBe(message);
    if (message !== null) expect(found?.code).toBe('BAD_VARIANT');
  });

  it('knows which names of files are taken', () => {
    expect(
      mistakes({ convert: { outtype: 'f16' }, quantize: { ...model.quantize, f16: { ftype: 'F16' } } }),
    ).toMatchObject({
      code: 'VARIANT_NAME_TAKEN',
      message: 'm: quantize.f16: its file would be M-f16.gguf, the name of the unquantized model',
    });
  });

  it('tells everything at once, with what is declared', () => {
    const found = mistakes({ publish: { variants: ['Q5_K_M'] }, gates: { Q3: { atMost: { size: 1 } } } });
    expect(found?.message.split('\n')).toHaveLength(2);
    expect(found?.hint).toContain('Declared are: Q4_K_M, Q6_K\n');
    expect(found?.hint).toContain('Declared are: Q4_K_M, Q6_K, theirs');
  });
});
