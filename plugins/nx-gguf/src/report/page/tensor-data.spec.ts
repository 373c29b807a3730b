import { sampleEvidence } from '../testing/sample-evidence.js';
import { tensorData, typeLetters } from './tensor-data.js';

const evidence = sampleEvidence();
const data = tensorData(evidence);
const typesIn = (types: string) =>
  Object.fromEntries(
    data.names.flatMap((name, tensor) =>
      types[tensor] === ' ' ? [] : [[name, data.types[typeLetters.indexOf(types[tensor] ?? '')]?.[0]]],
    ),
  );
const set = (kind: string, name: string) => data.sets.find((one) => one.kind === kind && one.name === name);

describe('tensorData', () => {
  it('holds the types of every variant and reference', () => {
    for (const { name, tensorTypes } of evidence.variants)
      expect(typesIn(set('variant', name)?.types ?? '')).toEqual(tensorTypes);
    for (const { name, tensorTypes } of evidence.references)
      expect(typesIn(set('reference', name)?.types ?? '')).toEqual(tensorTypes);
  });

  it('holds what llama.cpp would have chosen, and the reason of each tensor', () => {
    const [variant] = evidence.variants;
    const plan = variant?.plan?.tensors ?? [];
    expect(typesIn(set('stock', 'Q4_K_M')?.types ?? '')).toEqual(
      Object.fromEntries(plan.map(({ name, stock }) => [name, stock])),
    );
    const because = (name: string) =>
      data.reasons[set('variant', 'Q4_K_M')?.because?.[data.names.indexOf(name)] ?? -1];
    expect(because('blk.0.ssm_out.weight')).toBe(String.raw`rule of line 2: \.ssm_out\.weight$=q8_0`);
    expect(because('blk.7.attn_v.weight')).toBe('side effect: q4_K without rules for others');
  });

  it('keeps shapes, layers and importance', () => {
    const tensor = data.names.indexOf('blk.3.attn_v.weight');
    expect([
      data.shapes[data.shape[tensor] ?? -1],
      data.layer[tensor],
      data.roles[data.role[tensor] ?? -1],
    ]).toEqual([[1024, 512], 3, 'attn_v']);
    const of = evidence.imatrix?.statistics?.find(({ name }) => name === 'blk.3.attn_v.weight');
    expect(data.importance?.[tensor]).toEqual([
      of?.mean,
      of?.maximum,
      of?.topShare,
      of?.zeroColumns,
      of?.columns,
    ]);
  });

  it('gives two tensors of one place roles of their own, and a tensor that one side lacks no type', () => {
    const [first, second] = evidence.variants;
    if (first === undefined || second === undefined) throw new Error('the sample has no variants');
    const more = { ...first, plan: null, tensorTypes: { 'blk.0.x.weight': 'q4_K', 'blk.0.x': 'f32' } };
    const { names, roles, role, sets } = tensorData({
      ...evidence,
      references: [],
      unquantized: { ...evidence.unquantized, tensorTypes: {} },
      variants: [more, { ...second, plan: null, tensorTypes: { 'blk.0.x': 'f32' } }],
    });
    expect(names.map((name, tensor) => [name, roles[role[tensor] ?? -1]])).toEqual([
      ['blk.0.x', 'x'],
      ['blk.0.x.weight', 'blk.0.x.weight'],
    ]);
    expect(sets.map(({ types }) => types)).toEqual(['10', '1 ', '  ']);
  });
});
