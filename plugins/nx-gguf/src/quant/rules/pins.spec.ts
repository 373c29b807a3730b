import { pinRules, sideEffects } from './pins.js';
import { quantizationPlan } from '../plan/tensor-plan.js';
import { dryRun } from '../testing/dry-runs.js';
import { parseTensorTypes } from './tensor-types.js';

const stock = dryRun(
  'blk.0.attn_qkv.weight f16 q6_K',
  'blk.1.attn_v.weight f16 q4_K',
  'blk.2.attn_v.weight f16 q6_K',
  'blk.2.attn_v_norm.weight f32 f32',
  'blk.2.ffn_up.weight f16 q4_K',
);
const actual = dryRun(
  'blk.0.attn_qkv.weight f16 q8_0',
  'blk.1.attn_v.weight f16 q4_K',
  'blk.2.attn_v.weight f16 q4_K',
  'blk.2.attn_v_norm.weight f32 f32',
  'blk.2.ffn_up.weight f16 q4_K',
);
const plan = quantizationPlan({
  rules: parseTensorTypes('qkv=q8_0').rules,
  options: { ftype: 'Q4_K_M' },
  actual,
  stock,
});

describe('pinRules', () => {
  it('names the stock types of all unnamed tensors that share a role with a shifted one', () => {
    expect(sideEffects(plan)).toEqual([{ name: 'blk.2.attn_v.weight', stock: 'q6_K', to: 'q4_K' }]);
    expect(pinRules(plan, stock)).toEqual([
      { pattern: '^blk\\.1\\.attn_v\\.weight$', type: 'q4_K', line: null },
      { pattern: '^blk\\.2\\.attn_v\\.weight$', type: 'q6_K', line: null },
    ]);
  });

  it('names every unnamed tensor that is quantized, when asked to', () => {
    expect(pinRules(plan, stock, { all: true }).map(({ pattern }) => pattern)).toEqual([
      '^blk\\.1\\.attn_v\\.weight$',
      '^blk\\.2\\.attn_v\\.weight$',
      '^blk\\.2\\.ffn_up\\.weight$',
    ]);
  });

  it('keeps pins that are there', () => {
    const pins = pinRules(plan, stock);
    const again = quantizationPlan({
      rules: [...parseTensorTypes('qkv=q8_0').rules, ...pins],
      options: { ftype: 'Q4_K_M' },
      stock,
      actual: { ...stock, tensors: [...actual.tensors.slice(0, 1), ...stock.tensors.slice(1)] },
    });
    expect(pinRules(again, stock)).toEqual(pins);
  });
});
