import { sha256 } from '../../core/digest.js';
import { isWeighted, requiresImatrix, usesImatrix } from './imatrix-use.js';
import { tensorKey, type TensorIngredients } from './tensor-key.js';

const base: TensorIngredients = {
  source: sha256('s'),
  shape: [256, 4],
  from: 'bf16',
  to: 'q4_K',
  imatrix: null,
  quantizer: { commit: 'c' },
};

describe('tensorKey', () => {
  it.each<[string, Partial<TensorIngredients>]>([
    ['source', { source: sha256('t') }],
    ['shape', { shape: [512, 2] }],
    ['source type', { from: 'f16' }],
    ['target type', { to: 'q5_K' }],
    ['importance data', { imatrix: sha256('i') }],
    ['quantizer', { quantizer: { commit: 'd' } }],
  ])('changes with the %s', (_, change) => {
    expect(tensorKey({ ...base, ...change })).not.toBe(tensorKey(base));
  });

  it('does not change with dimensions of one that llama.cpp drops', () => {
    expect(tensorKey({ ...base, shape: [256, 4, 1, 1] })).toBe(tensorKey(base));
  });
});

describe('importance data', () => {
  it.each([
    ['q4_K', true],
    ['iq4_xs', true],
    ['q8_0', false],
    ['mxfp4', false],
    ['tq2_0', false],
    ['f16', false],
  ] as const)('of %s has influence: %s', (type, expected) => {
    expect(usesImatrix(type)).toBe(expected);
  });

  it.each([
    ['blk.0.ffn_up.weight', 'iq2_xs', 'IQ2_XS', true],
    ['token_embd.weight', 'iq2_xs', 'IQ2_XS', false],
    ['output.weight', 'iq2_xs', 'IQ2_XS', false],
    ['blk.0.ffn_up.weight', 'q2_K', 'Q2_K', false],
    ['blk.0.ffn_up.weight', 'q2_K', 'q2_k_s', true],
    ['blk.0.ffn_up.weight', 'iq3_s', 'IQ3_S', false],
  ] as const)('is needed by %s of type %s in %s: %s', (...[tensor, type, ftype, expected]) => {
    expect(requiresImatrix(tensor, type, ftype)).toBe(expected);
  });

  it.each([
    ['blk.0.ffn_up.weight', {}, true],
    ['blk.0.ffn_up.weight', { excludeWeights: ['ffn'] }, false],
    ['blk.0.ffn_up.weight', { includeWeights: ['attn'] }, false],
    ['blk.0.attn_q.weight', { includeWeights: ['ffn', 'attn'] }, true],
  ])('of %s with %j is used: %s', (tensor, options, expected) => {
    expect(isWeighted(tensor, options)).toBe(expected);
  });
});
