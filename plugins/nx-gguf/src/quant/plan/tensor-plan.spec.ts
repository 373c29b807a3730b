import { validate } from '../../core/validate.js';
import { quantizationPlan } from './tensor-plan.js';
import type { PlanInputs } from './plan-reason.js';
import type { PlanOptions } from './plan-reason.js';
import type { PlanRule } from './plan-rule.js';
import { dryRun, recordedDryRun } from '../testing/dry-runs.js';
import { parseTensorTypes } from '../rules/tensor-types.js';

const rules = (text: string): readonly PlanRule[] => parseTensorTypes(text).rules;
const reference = rules(
  '# comment\n.*\\.attn_gate\\.weight$=q8_0\n.*\\.attn_qkv\\.weight$=q8_0\n.*\\.ssm_out\\.weight$=q8_0',
);

const recorded: PlanInputs = {
  rules: reference,
  options: { ftype: 'Q4_K_M' },
  actual: recordedDryRun('plan-rules'),
  stock: recordedDryRun('plan-stock'),
};

describe('quantizationPlan, on recorded dry runs', () => {
  const plan = quantizationPlan(recorded);
  const because = (name: string) => plan.tensors.find((tensor) => tensor.name === name)?.because;

  it('gives exact bytes and the bits per weight that llama-quantize prints', () => {
    expect(plan.total).toEqual({
      elements: 7_500_720,
      sizeBytes: 5_560_080,
      bitsPerWeight: expect.closeTo(5.93, 2) as number,
      sourceBytes: expect.any(Number) as number,
    });
  });

  it('has the form of its schema', () => {
    expect(validate('plan', plan, 'plan.json')).toBe(plan);
  });

  it.each<[string, object]>([
    ['blk.0.attn_gate.weight', { kind: 'rule', rule: '.*\\.attn_gate\\.weight$=q8_0', line: 2 }],
    ['blk.6.ssm_out.weight', { kind: 'rule', rule: '.*\\.ssm_out\\.weight$=q8_0', line: 4 }],
    ['blk.0.ffn_up.weight', { kind: 'default' }],
    ['token_embd.weight', { kind: 'default' }],
    ['blk.0.attn_norm.weight', { kind: 'copied', why: 'not quantizable' }],
    ['blk.0.ssm_conv1d.weight', { kind: 'copied', why: 'not quantizable' }],
    ['blk.3.attn_v.weight', { kind: 'default' }],
    ['blk.7.attn_v.weight', { kind: 'side-effect', stock: 'q6_K' }],
  ])('%s: %j', (name, reason) => {
    expect(because(name)).toEqual(reason);
  });

  it('tells the fallback of a rule from that of the mixture', () => {
    const actual = recordedDryRun('plan-fallback');
    const { tensors } = quantizationPlan({
      rules: rules('blk\\.0\\.ffn_down=q6_K'),
      options: { ftype: 'Q4_K_M' },
      actual,
      stock: actual,
    });
    expect(
      tensors
        .filter(({ because: reason }) => reason.kind === 'fallback')
        .map(({ name, to, because: reason }) => [name, to, reason]),
    ).toEqual([
      ['blk.0.ffn_down.weight', 'q8_0', { kind: 'fallback', wanted: 'q6_K', line: 1 }],
      ['blk.1.ffn_down.weight', 'q5_0', { kind: 'fallback', wanted: 'q4_K' }],
      ['blk.2.ffn_down.weight', 'q5_0', { kind: 'fallback', wanted: 'q4_K' }],
      ['blk.3.ffn_down.weight', 'q8_0', { kind: 'fallback', wanted: 'q6_K' }],
    ]);
  });
});

describe('the reason for a type', () => {
  const reason = (
    line: string,
    {
      text = '',
      options = {},
      others = [],
      stock = line,
    }: { text?: string; options?: Partial<PlanOptions>; others?: string[]; stock?: string } = {},
  ) =>
    quantizationPlan({
      rules: rules(text),
      options: { ftype: 'Q4_K_M', ...options },
      actual: dryRun(line, ...others),
      stock: dryRun(stock, ...others),
    }).tensors[0]?.because;

  it.each<[string, ReturnType<typeof reason>, object]>([
    [
      'an output type',
      reason('output.weight f16 q8_0', { options: { outputTensorType: 'Q8_0' } }),
      { kind: 'option', option: 'output-tensor-type' },
    ],
    [
      'an output type over a rule',
      reason('output.weight f16 q8_0', { text: 'output=q4_0', options: { outputTensorType: 'q8_0' } }),
      { kind: 'option', option: 'output-tensor-type', overruled: 1 },
    ],
    [
      'an output type that a rule agrees with',
      reason('output.weight f16 q8_0', { text: 'output=q8_0', options: { outputTensorType: 'q8_0' } }),
      { kind: 'option', option: 'output-tensor-type' },
    ],
    [
      'an output type on tied embeddings',
      reason('token_embd.weight f16 q8_0', { options: { outputTensorType: 'q8_0' } }),
      { kind: 'option', option: 'output-tensor-type' },
    ],
    [
      'a rule for tied embeddings, which beats the output type',
      reason('token_embd.weight f16 q4_0', { text: 'embd=q4_0', options: { outputTensorType: 'q8_0' } }),
      { kind: 'rule', rule: 'embd=q4_0', line: 1 },
    ],
    [
      'embeddings that are not tied',
      reason('token_embd.weight f16 q4_K', {
        options: { outputTensorType: 'q8_0' },
        others: ['output.weight f16 q8_0'],
      }),
      { kind: 'default' },
    ],
    [
      'an embedding type',
      reason('token_embd.weight f16 q5_0', { text: 'embd=q4_0', options: { tokenEmbeddingType: 'q5_0' } }),
      { kind: 'option', option: 'token-embedding-type', overruled: 1 },
    ],
    [
      'per-layer embeddings',
      reason('per_layer_token_embd.weight f16 q5_0', { options: { tokenEmbeddingType: 'q5_0' } }),
      { kind: 'option', option: 'token-embedding-type' },
    ],
    [
      'per-layer embeddings that a rule names',
      reason('per_layer_token_embd.weight f16 q4_0', {
        text: 'embd=q4_0',
        options: { tokenEmbeddingType: 'q5_0' },
      }),
      { kind: 'rule', rule: 'embd=q4_0', line: 1 },
    ],
    [
      'an output that is left alone',
      reason('output.weight f16 f16', { text: 'output=q4_0', options: { leaveOutputTensor: true } }),
      { kind: 'option', option: 'leave-output-tensor', overruled: 1 },
    ],
    ['pure', reason('a.weight f16 q4_K', { options: { pure: true } }), { kind: 'option', option: 'pure' }],
    [
      'a rule with pure',
      reason('a.weight f16 q8_0', { text: 'a=q8_0', options: { pure: true } }),
      { kind: 'rule', rule: 'a=q8_0', line: 1 },
    ],
    [
      'the first of two rules',
      reason('a.weight f16 q8_0', { text: 'a=q8_0\nweight=q4_0' }),
      { kind: 'rule', rule: 'a=q8_0', line: 1 },
    ],
    [
      'a rule for what is not quantized',
      reason('a_norm.weight f32 f32', { text: 'norm=q8_0' }),
      { kind: 'copied', why: 'not quantizable', ignored: 1 },
    ],
    [
      'a copy',
      reason('a.weight q4_K q4_K', { text: 'a=q8_0', options: { ftype: 'COPY' } }),
      { kind: 'copied', why: 'only copied' },
    ],
    [
      'a type that is there already',
      reason('a.weight q4_K q4_K'),
      { kind: 'copied', why: 'has the type already' },
    ],
    [
      'a plain type that is there already',
      reason('a.weight f16 f16', { options: { ftype: 'F16' } }),
      { kind: 'copied', why: 'has the type already' },
    ],
    [
      'a plain type that is not',
      reason('a_norm.weight f32 f32', { options: { ftype: 'F16' } }),
      { kind: 'copied', why: 'not quantizable' },
    ],
    [
      'rules with a plain type, which ignores them',
      reason('a.weight f32 f16', { text: 'a=q8_0', options: { ftype: 'F16' } }),
      { kind: 'default' },
    ],
    [
      'a side effect that copies',
      reason('a.weight f16 f16', { stock: 'a.weight f16 q4_K' }),
      { kind: 'side-effect', stock: 'q4_K' },
    ],
  ])('%s', (_, given, expected) => {
    expect(given).toEqual(expected);
  });

  it('is refused when a rule does not explain the type', () => {
    expect(() => reason('a.weight f16 q4_0', { text: 'a=q8_0' })).toThrow(
      expect.objectContaining({ code: 'PLAN_DISAGREES' }) as Error,
    );
  });

  it('is a pin for a rule that was added', () => {
    const { tensors } = quantizationPlan({
      rules: [{ pattern: '^a$', type: 'q6_K', line: null }],
      options: { ftype: 'Q4_K_M' },
      actual: dryRun('a f16 q6_K'),
      stock: dryRun('a f16 q6_K'),
    });
    expect(tensors[0]?.because).toEqual({ kind: 'pin', rule: '^a$=q6_K' });
  });
});
