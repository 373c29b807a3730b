import { quantizationPlan } from '../quant/plan/tensor-plan.js';
import { dryRun } from '../quant/testing/dry-runs.js';
import { parseTensorTypes } from '../quant/rules/tensor-types.js';
import { numberRanges } from './number-ranges.js';
import { planDiffTable } from './plan-diff-table.js';
import { planTable } from './plan-table.js';

const planOf = (text: string, actual: string[], stock = actual) =>
  quantizationPlan({
    rules: parseTensorTypes(text).rules,
    options: { ftype: 'Q4_K_M' },
    actual: dryRun(...actual),
    stock: dryRun(...stock),
  });
const lines = [
  'token_embd.weight f16 q6_K',
  'blk.0.attn_norm.weight f32 f32',
  'blk.0.attn_v.weight f16 q8_0',
  'blk.0.ffn_up.weight f16 q4_K',
  'blk.1.attn_v.weight f16 q4_K',
  'blk.1.ffn_norm.weight f32 f32',
  'blk.2.attn_v.weight f16 q8_0',
  'blk.3.attn_v.weight f16 q8_0',
];
const stock = lines.map((line) =>
  line
    .replace('attn_v.weight f16 q8_0', 'attn_v.weight f16 q4_K')
    .replace('blk.1.attn_v.weight f16 q4_K', 'blk.1.attn_v.weight f16 q6_K'),
);
const plan = planOf('[023]\\.attn_v=q8_0', lines, stock);

describe('planTable', () => {
  it('says what the importance matrix covers', () => {
    const imatrixCoverage = {
      weighted: 4,
      withData: 4,
      withoutData: [],
      notCollected: ['token_embd.weight'],
    };
    expect(planTable({ ...plan, imatrixCoverage }, 'Q4_K_M').split('\n')[1]).toBe(
      'importance matrix: 4 of 4 weighted tensors have data; llama-imatrix collects none for token_embd.weight',
    );
  });

  it('has a row for each role, type and reason', () => {
    expect(planTable(plan, 'Q4_K_M')).toBe(
      [
        'Q4_K_M: 13.1 KiB, 13.13 bits per weight, 8 tensors (source 20 KiB)',
        '| tensors             | blk   | type |     size | because                                    |',
        '| :------------------ | :---- | :--- | -------: | :----------------------------------------- |',
        '| token_embd          |       | q6_K |    840 B | default of Q4_K_M                          |',
        '| attn_norm, ffn_norm | 0-1   | f32  |    8 KiB | not quantizable                            |',
        '| attn_v              | 0,2-3 | q8_0 | 3.19 KiB | rule of line 1                             |',
        '| attn_v              | 1     | q4_K |    576 B | side effect: q6_K without rules for others |',
        '| ffn_up              | 0     | q4_K |    576 B | default of Q4_K_M                          |',
      ].join('\n'),
    );
  });
});

it('the first line names the variant, and its type where that says more', () => {
  const one = planOf('', lines.slice(0, 1), stock.slice(0, 1));
  expect(planTable(one, 'small').split('\n')[0]).toMatch(/^small \(Q4_K_M\): .* 1 tensor \(source/);
});

describe('planDiffTable', () => {
  it('says what differs, by role and block', () => {
    expect(planDiffTable({ name: 'stock', ...planOf('', stock) }, { name: 'ours', ...plan })).toBe(
      [
        'ours against stock: +1.24 KiB (11.9 KiB -> 13.1 KiB), 11.89 -> 13.13 bits per weight',
        '| tensors | blk   | stock | ours |   change |',
        '| :------ | :---- | :---- | :--- | -------: |',
        '| attn_v  | 0,2-3 | q4_K  | q8_0 | +1.5 KiB |',
        '| attn_v  | 1     | q6_K  | q4_K |   -264 B |',
      ].join('\n'),
    );
  });

  it('says so when nothing does', () => {
    expect(planDiffTable({ name: 'a', ...plan }, { name: 'b', ...plan })).toContain(
      'Every tensor has the same type.',
    );
  });

  it('shows tensors that one side lacks', () => {
    const table = planDiffTable(
      { name: 'a', ...planOf('', ['x f16 q4_K', 'y f16 q4_K']) },
      { name: 'b', ...planOf('', ['y f16 q4_K', 'z f16 q6_K']) },
    );
    expect(table).toMatch(/\| z +\| +\| none +\| q6_K +\| \+840 B \|/);
    expect(table).toMatch(/\| x +\| +\| q4_K +\| none +\| -576 B \|/);
  });
});

describe('numberRanges', () => {
  it.each([
    [[], ''],
    [[3], '3'],
    [[2, 0, 1, 5, 5], '0-2,5'],
    [[0, 2, 4], '0,2,4'],
  ])('%j: %s', (numbers, text) => {
    expect(numberRanges(numbers)).toBe(text);
  });
});
