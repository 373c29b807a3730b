import { settle, severities } from './finding.js';
import { planFindings, sideEffectSeverity } from '../plan/plan-checks.js';
import { quantizationPlan } from '../plan/tensor-plan.js';
import type { PlanOptions } from '../plan/plan-reason.js';
import { ruleFindings } from './rule-checks.js';
import { dryRun, recordedDryRun } from '../testing/dry-runs.js';
import { contents } from '../testing/imatrix-entries.js';
import { parseTensorTypes } from './tensor-types.js';

/** What the checks say of rules on a model, given as `name from to` with these rules. */
function findings(text: string, lines: readonly string[], options: Partial<PlanOptions> = {}): string[] {
  const { rules } = parseTensorTypes(text);
  const run = dryRun(...lines);
  const plan = quantizationPlan({ rules, options: { ftype: 'Q4_K_M', ...options }, actual: run, stock: run });
  return ruleFindings(rules, plan).map(
    ({ check, line, message, atMost }) =>
      `${line ?? ''} ${check}${atMost === undefined ? '' : '?'}: ${message}`,
  );
}

describe('ruleFindings', () => {
  it.each<[string, string, string[], Partial<PlanOptions>, string[]]>([
    [
      'nothing, of rules that are honoured',
      'v=q8_0\nup=q6_K',
      ['a.attn_v f16 q8_0', 'a.ffn_up f16 q6_K'],
      {},
      [],
    ],
    [
      'a rule without match, with the nearest role',
      'attn_w=q8_0',
      ['blk.0.attn_v.weight f16 q4_K'],
      {},
      ["1 noMatch: 'attn_w=q8_0' matches no tensor of this model (did you mean 'attn_v'?)"],
    ],
    [
      'a rule without match and without likeness',
      'xyz=q8_0',
      ['blk.0.attn_v.weight f16 q4_K'],
      {},
      ["1 noMatch: 'xyz=q8_0' matches no tensor of this model"],
    ],
    [
      'a rule whose word is the beginning of a role',
      'attn_gat\\.=q8_0',
      ['blk.0.attn_gate.weight f16 q4_K'],
      {},
      ["1 noMatch: 'attn_gat\\.=q8_0' matches no tensor of this model (did you mean 'attn_gate'?)"],
    ],
    [
      'a rule for the output matrix of tied embeddings',
      '^output\\.weight$=q8_0',
      ['token_embd.weight f16 q4_K', 'blk.0.attn_output.weight f16 q4_K'],
      {},
      [
        "1 noMatch: '^output\\.weight$=q8_0' matches no tensor of this model, whose output matrix is token_embd.weight",
      ],
    ],
    [
      'a rule for the output matrix that decides those of attention instead',
      'output\\.weight=q8_0',
      ['token_embd.weight f16 q4_K', 'blk.0.attn_output.weight f16 q8_0'],
      {},
      [
        "1 noMatch: 'output\\.weight=q8_0' decides blk.0.attn_output.weight: there is no output.weight in this model, whose output matrix is token_embd.weight",
      ],
    ],
    [
      'a rule that may mean the output matrix',
      'output=q8_0',
      ['token_embd.weight f16 q4_K', 'blk.0.attn_output.weight f16 q8_0'],
      {},
      [
        "1 noMatch?: 'output=q8_0' decides blk.0.attn_output.weight: there is no output.weight in this model, whose output matrix is token_embd.weight",
      ],
    ],
    [
      'nothing, of rules that name the outputs of attention, or everything',
      'attn_output=q8_0\nweight=q4_K',
      ['token_embd.weight f16 q4_K', 'blk.0.attn_output.weight f16 q8_0'],
      {},
      [],
    ],
    [
      'a rule that comes too late',
      'a=q8_0\n\nattn_v=q6_K',
      ['blk.0.attn_v.weight f16 q8_0'],
      {},
      ["3 hidden: 'attn_v=q6_K' never applies: line 1 decides the only tensor that it matches"],
    ],
    [
      'a rule that comes too late but would do the same',
      'a=q8_0\nattn_v=q8_0',
      ['blk.0.attn_v.weight f16 q8_0'],
      {},
      [
        "2 hidden?: 'attn_v=q8_0' never applies: line 1 decides the only tensor that it matches, with the same type",
      ],
    ],
    [
      'nothing, of a rule that is hidden in part',
      'blk.0=q8_0\nattn_v=q6_K',
      ['blk.0.attn_v.weight f16 q8_0', 'blk.1.attn_v.weight f16 q6_K'],
      {},
      [],
    ],
    [
      'a rule for norms',
      'norm=q8_0',
      ['blk.0.attn_norm.weight f32 f32', 'blk.1.attn_norm.weight f32 f32'],
      {},
      [
        "1 notQuantized: 'norm=q8_0' changes nothing: llama.cpp never quantizes blk.0.attn_norm.weight and 1 more",
      ],
    ],
    [
      'nothing, of a rule for norms among others',
      'attn=q8_0',
      ['blk.0.attn_norm.weight f32 f32', 'blk.0.attn_v.weight f16 q8_0'],
      {},
      [],
    ],
    [
      'a rule that an option overrules',
      'output=q4_0',
      ['output.weight f16 q8_0'],
      { outputTensorType: 'q8_0' },
      ["1 overruled: 'output=q4_0' loses to --output-tensor-type: output.weight becomes q8_0"],
    ],
    [
      'a rule that an option overrules in part',
      'output=q4_0',
      ['output.weight f16 q8_0', 'blk.0.attn_output.weight f16 q4_0'],
      { outputTensorType: 'q8_0' },
      ["1 overruled?: 'output=q4_0' loses to --output-tensor-type: output.weight becomes q8_0"],
    ],
    [
      'a type that does not fit',
      'down=q4_K',
      ['blk.0.ffn_down.weight f16 q5_0 q4_K', 'blk.1.ffn_down.weight f16 q5_0 q4_K'],
      {},
      [
        "1 fallback: 'down=q4_K': rows of 256 elements (blk.0.ffn_down.weight and 1 more) do not fit the blocks of q4_K; llama-quantize takes q5_0",
      ],
    ],
  ])('finds %s', (...[, text, lines, options, expected]) => {
    expect(findings(text, lines, options)).toEqual(expected);
  });
});

describe('planFindings', () => {
  const planOf = (...lines: string[]) =>
    quantizationPlan({
      rules: [],
      options: { ftype: 'Q4_K_M' },
      actual: dryRun(...lines),
      stock: dryRun(...lines),
    });
  const found = (
    lines: string[],
    imatrix: Parameters<typeof planFindings>[1],
    options: Parameters<typeof planFindings>[2] = {},
  ) => planFindings(planOf(...lines), imatrix, options).map(({ check, message }) => `${check}: ${message}`);

  it('finds default types that do not fit, a message for each type', () => {
    const run = recordedDryRun('plan-fallback');
    const plan = quantizationPlan({
      rules: parseTensorTypes('blk\\.0\\.ffn_down=q6_K').rules,
      options: { ftype: 'Q4_K_M' },
      actual: run,
      stock: run,
    });
    expect(planFindings(plan, null, {}).map(({ check, message }) => `${check}: ${message}`)).toEqual([
      'defaultFallback: rows of 800 elements (blk.1.ffn_down.weight and 1 more) do not fit the blocks of q4_K, which Q4_K_M would give them; llama-quantize takes q5_0',
      'defaultFallback: rows of 800 elements (blk.3.ffn_down.weight) do not fit the blocks of q6_K, which Q4_K_M would give them; llama-quantize takes q8_0',
    ]);
  });

  it.each<
    [string, string[], Parameters<typeof planFindings>[1], Parameters<typeof planFindings>[2], string[]]
  >([
    [
      'no matrix',
      ['a.weight f16 iq2_xs', 'b.weight f16 iq2_xs'],
      null,
      {},
      [
        'missingImatrix: iq2_xs needs importance data for a.weight and 1 more, and the variant has no importance matrix',
      ],
    ],
    [
      'a matrix without the tensor',
      ['a.weight f16 iq2_xs'],
      contents(['b.weight']),
      {},
      [
        'missingImatrix: iq2_xs needs importance data for a.weight, and the importance matrix has no data for them',
      ],
    ],
    [
      'a matrix whose entry is excluded',
      ['a.weight f16 iq1_m'],
      contents(['a.weight']),
      { excludeWeights: ['a.'] },
      [
        'missingImatrix: iq1_m needs importance data for a.weight, and the importance matrix has no data for them',
      ],
    ],
    [
      'a matrix whose entry is not included',
      ['a.weight f16 iq1_m'],
      contents(['a.weight']),
      { includeWeights: ['b'] },
      [
        'missingImatrix: iq1_m needs importance data for a.weight, and the importance matrix has no data for them',
      ],
    ],
    ['a matrix with the tensor', ['a.weight f16 iq2_xs'], contents(['a.weight']), {}, []],
    [
      'a matrix that knows the tensor by its number before layers were removed',
      ['blk.1.a.weight f16 iq2_xs'],
      contents(['blk.3.a.weight']),
      { pruneLayers: [2, 0] },
      [],
    ],
    [
      'a matrix that is not there yet',
      ['a.weight f16 iq2_xs'],
      { entries: null, refused: [], doubts: [] },
      {},
      [],
    ],
    ['embeddings, which need none', ['token_embd.weight f16 iq2_xs'], null, {}, []],
    ['types that need none', ['a.weight f16 q2_K'], null, {}, []],
    ['a tensor that has the type already', ['a.weight iq2_xs iq2_xs'], null, {}, []],
  ])('with %s', (...[, lines, imatrix, options, expected]) => {
    expect(found(lines, imatrix, options)).toEqual(expected);
  });

  it('names the tensors that rules for others shifted', () => {
    const plan = quantizationPlan({
      rules: parseTensorTypes('b=q8_0').rules,
      options: { ftype: 'Q4_K_M' },
      actual: dryRun('a f16 q4_K', 'b f16 q8_0'),
      stock: dryRun('a f16 q6_K', 'b f16 q4_K'),
    });
    expect(planFindings(plan, null, {})).toEqual([
      {
        check: 'sideEffects',
        line: null,
        message: 'rules for other tensors change the type of a tensor that no rule names: a (q6_K -> q4_K)',
      },
    ]);
  });
});

describe('settle', () => {
  const all = [
    { check: 'noMatch', line: 7, message: 'b' },
    { check: 'syntax', line: 2, message: 'a' },
    { check: 'hidden', line: 9, message: 'c', atMost: 'warn' },
    { check: 'sideEffects', line: null, message: 'd' },
  ] as const;
  const settled = (
    levels: ReturnType<typeof severities>,
    effects: Parameters<typeof sideEffectSeverity>[0],
  ) =>
    settle(all, {
      file: 'm/t.txt',
      severity: (check) => (check === 'sideEffects' ? sideEffectSeverity(effects) : levels[check]),
    });

  it('orders by line and says which check it was', () => {
    expect(settled(severities(), undefined)).toEqual({
      errors: ['m/t.txt:2: a (syntax)', 'm/t.txt:7: b (noMatch)'],
      warnings: ['m/t.txt:9: c (hidden)', 'd (sideEffects)'],
    });
  });

  it('takes the severity of the variant, then of the model, then the default', () => {
    expect(settled(severities({ noMatch: 'off', syntax: 'off' }, { syntax: 'warn' }), 'forbid')).toEqual({
      errors: ['d (sideEffects)'],
      warnings: ['m/t.txt:2: a (syntax)', 'm/t.txt:9: c (hidden)'],
    });
    expect(settled(severities({ hidden: 'off' }), 'allow').warnings).toEqual([]);
  });
});
