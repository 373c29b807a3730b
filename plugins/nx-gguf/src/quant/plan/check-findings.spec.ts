import type { Model, RuleChecks, Variant } from '../../core/generated/model.generated.js';
import { severities } from '../rules/finding.js';
import { checkFindings } from './check-findings.js';

const plain: Variant = { ftype: 'Q4_K_M' };
const matrix: Model['imatrix'] = { type: 'make', corpus: 'texts' };
const checks = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'error'])) as RuleChecks;
const all = checks(...Object.keys(severities()));
const named = (model: Partial<Model>, variant: Variant): string[] =>
  checkFindings({ quantize: { v: variant }, ...model }, variant).map(({ message }) =>
    message
      .replace('checks.', '')
      .replace(/ of the (variant|model) checks nothing: .* (?:has|have) /, ' $1: '),
  );
const rules = [
  'syntax',
  'unknownType',
  'patternCase',
  'noMatch',
  'hidden',
  'notQuantized',
  'overruled',
  'fallback',
];

describe('checks with nothing to look at', () => {
  it.each<[string, Partial<Variant>, Partial<Model>, string[]]>([
    [
      'of a variant with a type alone',
      {},
      {},
      [
        ...rules.map((check) => `${check} variant: no tensorTypes`),
        'unknownKey variant: no overrideKv',
        'unloadable variant: neither overrideKv nor pruneLayers',
        'imatrixCoverage variant: no importance matrix',
      ],
    ],
    ['of one with everything', { tensorTypes: 't', overrideKv: ['a=int:1'] }, { imatrix: matrix }, []],
    [
      'of one that leaves the matrix out',
      { tensorTypes: 't', overrideKv: ['a=int:1'], imatrix: false },
      { imatrix: matrix },
      ['imatrixCoverage variant: no importance matrix'],
    ],
    [
      'of a copy, which inherits none, with layers removed',
      { ftype: 'COPY', tensorTypes: 't', pruneLayers: [1] },
      { imatrix: matrix },
      ['unknownKey variant: no overrideKv', 'imatrixCoverage variant: no importance matrix'],
    ],
    [
      'of types that a file in F16 does not have',
      { ftype: 'F16', overrideKv: ['a=int:1'], imatrix: true },
      { imatrix: matrix },
      [
        ...rules.map((check) => `${check} variant: no tensorTypes`),
        'defaultFallback variant: no type but those of COPY, F16, BF16 and F32',
        'missingImatrix variant: no type but those of COPY, F16, BF16 and F32',
      ],
    ],
  ])('%s', (...[, variant, model, expected]) => {
    const declared = { ...plain, ...variant };
    // In the order in which they are declared.
    const found = named(model, { ...declared, checks: all });
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it('of the model, where no variant has it', () => {
    const model = (others: Partial<Variant>): Partial<Model> => ({
      checks: checks('imatrixCoverage', 'noEffect'),
      imatrix: matrix,
      quantize: { v: { ...plain, imatrix: false }, w: { ...plain, ...others } },
    });
    const variant = { ...plain, imatrix: false };
    expect(named(model({ imatrix: false }), variant)).toEqual([
      'imatrixCoverage model: no importance matrix',
    ]);
    expect(named(model({}), variant)).toEqual([]);
    expect(checkFindings(model({ imatrix: false }), variant)).toEqual([
      {
        check: 'noEffect',
        line: null,
        atMost: 'warn',
        message: 'checks.imatrixCoverage of the model checks nothing: its variants have no importance matrix',
      },
    ]);
  });
});
