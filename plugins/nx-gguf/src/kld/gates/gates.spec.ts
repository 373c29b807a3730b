import type { Model } from '../../core/generated/model.generated.js';
import { validate } from '../../core/validate.js';
import { conditionsOf } from '../statistics/conditions.js';
import { gateMetrics, type GateMetric, type GateSubject } from './gate-metrics.js';
import { checkGates, exceededCeilings, gateNeeds, gateProblems, sizeBytesOf, type Gates } from './gates.js';
import { resultOf } from '../testing/chunk-series.js';

const subject = (kld: number, changes: Partial<GateSubject> = {}): GateSubject => ({
  sizeBytes: 1000,
  bitsPerWeight: 5,
  statistics: resultOf([kld, kld]).statistics,
  conditions: conditionsOf(resultOf([kld, kld])),
  ...changes,
});
const subjects = new Map([
  ['Q4', subject(0.03)],
  ['Q4-plain', subject(0.05, { sizeBytes: 900 })],
  ['theirs', subject(0.036, { sizeBytes: 1100, bitsPerWeight: 4.8 })],
  ['unmeasured', subject(0.1, { statistics: null })],
  [
    'elsewhere',
    subject(0.09, {
      conditions: { ...conditionsOf(resultOf([0.09, 0.09])), chunks: 7, text: 'd'.repeat(64) },
    }),
  ],
]);
const only = (gates: Gates) => checkGates(gates, subjects).checks[0];
const model = (gates: unknown): Model =>
  validate(
    'model',
    {
      name: 'M',
      source: { type: 'path', path: 'm' },
      quantize: { Q4: { ftype: 'Q4_K_M' }, 'Q4-plain': { ftype: 'Q4_K_M' } },
      references: { theirs: { source: { type: 'path', path: 't' } } },
      evaluation: { corpus: 'text' },
      gates,
    },
    'model.json',
  );

describe('checkGates', () => {
  it.each<[string, Gates, object]>([
    [
      'a value below its ceiling',
      { Q4: { atMost: { meanKld: 0.031 } } },
      { passed: true, measured: 0.03, limit: 0.031, missedBy: null },
    ],
    ['a value at its ceiling', { Q4: { atMost: { meanKld: 0.03 } } }, { passed: true, missedBy: null }],
    [
      'a value above its ceiling',
      { Q4: { atMost: { meanKld: 0.025 } } },
      { passed: false, missedBy: expect.closeTo(0.005, 9) as number },
    ],
    [
      'a value below its floor',
      { Q4: { atLeast: { sameTopPercent: 92 } } },
      { relation: 'atLeast', passed: false, measured: 90, missedBy: 2 },
    ],
    ['a value at its floor', { Q4: { atLeast: { sameTopPercent: 90 } } }, { passed: true }],
    ['a size in bytes', { Q4: { atMost: { size: 999 } } }, { passed: false, missedBy: 1 }],
    ['a size with a unit', { Q4: { atMost: { size: '1 KiB' } } }, { passed: true, limit: 1024 }],
    [
      'the 99.9th percentile',
      { Q4: { atMost: { percentile99_9Kld: 0.4 } } },
      { passed: false, measured: 0.5, error: null },
    ],
    ['bits per weight', { Q4: { atMost: { bitsPerWeight: 5 } } }, { passed: true, measured: 5 }],
    [
      'a variant better than another',
      { Q4: { noWorseThan: { theirs: { meanKld: 0 } } } },
      { relation: 'atMost', passed: true, limit: 0.036, than: { name: 'theirs', value: 0.036, by: 0 } },
    ],
    [
      'a variant worse, within a percentage',
      { Q4: { noWorseThan: { theirs: { bitsPerWeight: '5%' } } } },
      { passed: true, limit: expect.closeTo(5.04, 9) as number },
    ],
    [
      'a variant worse by more than a percentage',
      { Q4: { noWorseThan: { theirs: { bitsPerWeight: '4 %' } } } },
      { passed: false, limit: expect.closeTo(4.992, 9) as number },
    ],
    [
      'a variant worse, within an amount',
      { Q4: { noWorseThan: { 'Q4-plain': { size: '100 B' } } } },
      { passed: true, limit: 1000 },
    ],
    [
      'a variant worse by more than an amount',
      { Q4: { noWorseThan: { 'Q4-plain': { size: 99 } } } },
      { passed: false, missedBy: 1 },
    ],
    [
      'what is worse when it is lower',
      { Q4: { noWorseThan: { theirs: { sameTopPercent: 1.5 } } } },
      { relation: 'atLeast', passed: true, limit: 88.5 },
    ],
    [
      'a measurement that is missing',
      { unmeasured: { atMost: { meanKld: 1 } } },
      { passed: false, measured: null, missedBy: null },
    ],
    [
      'a measurement that the limit needs',
      { Q4: { noWorseThan: { unmeasured: { meanKld: '50%' } } } },
      { passed: false, limit: null, missedBy: null },
    ],
    [
      'what was measured differently',
      { Q4: { noWorseThan: { elsewhere: { meanKld: '50%' } } } },
      {
        passed: false,
        limit: null,
        missedBy: null,
        measured: 0.03,
        apart: [expect.stringMatching(/^the text: [0-9a-f]{12}, not d{12}$/), 'the chunks: 2, not 7'],
      },
    ],
    [
      'of what was measured differently, what is no measurement',
      { Q4: { noWorseThan: { elsewhere: { size: 0 } } } },
      { passed: true, apart: [] },
    ],
    ['a variant that is not there', { gone: { atMost: { size: 1 } } }, { passed: false, measured: null }],
  ])('%s', (_, gates, expected) => {
    expect(only(gates)).toMatchObject(expected);
    expect(checkGates(gates, subjects).passed).toBe(only(gates).passed);
  });

  it('passes when everything passes, and no sooner', () => {
    const gates: Gates = {
      Q4: { atMost: { meanKld: 0.04, size: 1 } },
      'Q4-plain': { atMost: { meanKld: 0.06 } },
    };
    expect(checkGates(gates, subjects)).toMatchObject({
      passed: false,
      checks: [{ passed: true }, { passed: false }, { passed: true }],
    });
  });

  it('a number that is none is not measured', () => {
    const broken = new Map([['Q4', subject(0.03, { bitsPerWeight: Number.NaN })]]);
    expect(checkGates({ Q4: { atMost: { bitsPerWeight: 9 } } }, broken).checks[0]).toMatchObject({
      passed: false,
      measured: null,
    });
  });

  it('says the same, whatever the order in which gates are written', () => {
    const one = checkGates(
      { Q4: { atMost: { size: 1, meanKld: 1 } }, 'Q4-plain': { atMost: { size: 1 } } },
      subjects,
    );
    expect(
      checkGates({ 'Q4-plain': { atMost: { size: 1 } }, Q4: { atMost: { meanKld: 1, size: 1 } } }, subjects),
    ).toEqual(one);
  });
});

it('gates that are none are no pass', () => {
  expect(() => checkGates({}, subjects)).toThrow(expect.objectContaining({ code: 'BAD_GATE' }) as Error);
});

describe('gateProblems', () => {
  it('finds none in gates that fit the model', () => {
    expect(
      gateProblems(
        model({
          Q4: {
            atMost: { size: '520 MiB' },
            noWorseThan: { theirs: { meanKld: '0%' }, 'Q4-plain': { size: 10 } },
          },
        }),
      ),
    ).toEqual([]);
  });

  it('collects names that do not exist', () => {
    expect(
      gateProblems(
        model({
          Q9: { atMost: { size: 1 } },
          Q4: { noWorseThan: { nobody: { meanKld: 1 }, Q4: { meanKld: 1 } } },
        }),
      ),
    ).toEqual([
      `gates.Q9: there is no variant "Q9" (did you mean 'Q4'?)`,
      'gates.Q4.noWorseThan.nobody: there is no reference and no variant "nobody"',
      'gates.Q4.noWorseThan.Q4: a variant is never worse than itself',
    ]);
  });

  it('collects figures that nothing measures', () => {
    const unmeasured = model({ Q4: { atMost: { meanKld: 1, size: 1 } } });
    delete unmeasured.evaluation;
    expect(gateProblems(unmeasured)).toEqual([
      'gates.Q4: meanKld is never measured, as the model has no "evaluation"',
    ]);
  });
});

describe('the schema of gates', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'unknown metrics and unknown relations, all at once',
      { Q4: { atMost: { meanKLD: 1 }, below: { size: 1 } } },
      /unknown property "below"[^]*unknown property "meanKLD"|unknown property "meanKLD"[^]*unknown property "below"/,
    ],
    ['a gate that requires nothing', { Q4: {} }, /gates\/Q4: must NOT have fewer than 1 properties/],
    ['limits that limit nothing', { Q4: { atMost: {} } }, /atMost: must NOT have fewer/],
    [
      'an allowance that is neither number nor percentage',
      { Q4: { noWorseThan: { theirs: { meanKld: '5 percent' } } } },
      /"5 percent"/,
    ],
    ['a size without a known unit', { Q4: { atMost: { size: '520 Mb' } } }, /"520 Mb"/],
    [
      'a size as an allowance of something else',
      { Q4: { noWorseThan: { theirs: { meanKld: '5 MiB' } } } },
      /"5 MiB"/,
    ],
    [
      'a ceiling for what should be high',
      { Q4: { atMost: { sameTopPercent: 90 } } },
      /unknown property "sameTopPercent"/,
    ],
  ])('refuses %s', (_, gates, words) => {
    expect(() => model(gates)).toThrow(words);
  });
});

describe('exceededCeilings', () => {
  it.each<[object, number | null, number | null, number]>([
    [{ size: '1 kB', bitsPerWeight: 5 }, 1000, 5, 0],
    [{ size: '1 kB', bitsPerWeight: 5 }, 1001, 5.01, 2],
    [{ size: '1 kB', bitsPerWeight: 5 }, null, null, 0],
    [{ meanKld: 0 }, 1e12, 16, 0],
  ])('%j and a file of %p bytes, %p bits: %i', (...[atMost, sizeBytes, bitsPerWeight, count]) => {
    expect(exceededCeilings({ atMost }, { sizeBytes, bitsPerWeight })).toHaveLength(count);
  });
});

describe('gateNeeds', () => {
  it('asks for a measurement only where a gate does', () => {
    expect([
      ...gateNeeds({
        Q4: { atMost: { size: 1 }, noWorseThan: { theirs: { meanKld: 0 }, 'Q4-plain': { size: 1 } } },
      }),
    ]).toEqual([
      ['Q4', { isMeasured: true }],
      ['theirs', { isMeasured: true }],
      ['Q4-plain', { isMeasured: false }],
    ]);
    expect([...gateNeeds({ Q4: { atMost: { size: 1 } } })]).toEqual([['Q4', { isMeasured: false }]]);
  });
});

describe('sizeBytesOf', () => {
  it.each([
    [7, 7],
    ['7 B', 7],
    ['1.5 KiB', 1536],
    ['520 MiB', 545_259_520],
    ['2GB', 2e9],
    ['1 TiB', 2 ** 40],
  ])('%p is %i', (size, bytes) => {
    expect(sizeBytesOf(size)).toBe(bytes);
  });
});

it.each(Object.keys(gateMetrics) as GateMetric[])('%s can be asked about, and has a value', (metric) => {
  const { checks } = checkGates({ Q4: { noWorseThan: { theirs: { [metric]: 1e9 } } } }, subjects);
  expect(checks).toMatchObject([{ metric, passed: true }]);
});
