import type { GateCheck, GateResult } from '../core/generated/gate.generated.js';
import { gateSummary, gateTable } from './gate-table.js';

const base: GateCheck = {
  variant: 'Q4',
  metric: 'meanKld',
  relation: 'atMost',
  limit: 0.03,
  than: null,
  apart: [],
  measured: 0.031607,
  error: 0.000275,
  passed: false,
  missedBy: 0.001607,
};
const result = (...checks: Partial<GateCheck>[]): GateResult => ({
  format: 1,
  method: 'measured value against limit',
  passed: false,
  checks: checks.map((check) => ({ ...base, ...check })) as GateResult['checks'],
});
const cells = (check: Partial<GateCheck>) =>
  gateTable(result(check))
    .split('\n')
    .at(-1)
    ?.split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

describe('gateTable', () => {
  it.each<[string, Partial<GateCheck>, string[]]>([
    [
      'a limit that was missed',
      {},
      ['Q4', 'mean KLD', '≤ 0.030000', '0.031607 ± 0.000275', '0.001607 (5.4 %)'],
    ],
    [
      'a limit that holds',
      { limit: 0.04, passed: true, missedBy: null },
      ['Q4', 'mean KLD', '≤ 0.040000', '0.031607 ± 0.000275', ''],
    ],
    [
      'a floor',
      { metric: 'sameTopPercent', relation: 'atLeast', limit: 92, measured: 90, error: null, missedBy: 2 },
      ['Q4', 'same top, %', '≥ 92.000', '90.000', '2.000 (2.2 %)'],
    ],
    [
      'a size',
      { metric: 'size', limit: 1 << 20, measured: (1 << 20) + 7, error: null, missedBy: 7 },
      ['Q4', 'size', '≤ 1 MiB', '1 MiB', '7 B (0.00067 %)'],
    ],
    [
      'a miss of less than is shown elsewhere',
      { metric: 'bitsPerWeight', limit: 4.85, measured: 4.8512, error: null, missedBy: 0.0012 },
      ['Q4', 'bits per weight', '≤ 4.850', '4.851', '0.001 (0.025 %)'],
    ],
    [
      'a relative limit that is missed by less than the tool prints',
      { limit: 0.0316069, missedBy: 1e-7, than: { name: 'theirs', value: 0.0316069, by: 0 } },
      ['Q4', 'mean KLD', '≤ 0.0316069 (theirs: 0.0316069)', '0.0316070 ± 0.0002750', '0.0000001 (0.00032 %)'],
    ],
    [
      'a limit with more decimals than the tool prints',
      { limit: 0.000_000_4, measured: 0, error: 0, passed: true, missedBy: null },
      ['Q4', 'mean KLD', '≤ 0.0000004', '0.0000000 ± 0.0000000', ''],
    ],
    [
      'a relative limit',
      { limit: 0.0315, than: { name: 'theirs', value: 0.03, by: '5%' } },
      ['Q4', 'mean KLD', '≤ 0.031500 (theirs: 0.030000 + 5%)', '0.031607 ± 0.000275', '0.001607 (5.1 %)'],
    ],
    [
      'one that allows nothing',
      { limit: 0.03, than: { name: 'theirs', value: 0.03, by: '0%' } },
      ['Q4', 'mean KLD', '≤ 0.030000 (theirs: 0.030000)', '0.031607 ± 0.000275', '0.001607 (5.4 %)'],
    ],
    [
      'what was not measured',
      { measured: null, error: null, missedBy: null },
      ['Q4', 'mean KLD', '≤ 0.030000', 'not measured', 'unknown'],
    ],
    [
      'a reference that was not measured',
      { limit: null, than: { name: 'theirs', value: null, by: 0.1 }, missedBy: null },
      ['Q4', 'mean KLD', '≤ ? (theirs: not measured + 0.100000)', '0.031607 ± 0.000275', 'unknown'],
    ],
    [
      'a reference that was measured differently',
      {
        limit: null,
        than: { name: 'theirs', value: 0.03, by: '5%' },
        apart: ['the chunks: 8, not 4'],
        missedBy: null,
      },
      [
        'Q4',
        'mean KLD',
        '≤ ? (theirs: 0.030000 + 5%; not comparable, measured differently: the chunks: 8, not 4)',
        '0.031607 ± 0.000275',
        'not comparable',
      ],
    ],
    [
      'a limit of zero',
      { limit: 0, missedBy: 0.031607 },
      ['Q4', 'mean KLD', '≤ 0.000000', '0.031607 ± 0.000275', '0.031607'],
    ],
  ])('%s', (_, check, expected) => {
    expect(cells(check)).toEqual(expected);
  });
});

describe('gateSummary', () => {
  it.each([
    [[{ passed: true }], '1 gate passed'],
    [[{ passed: true }, { passed: true }], '2 gates passed'],
    [[{ passed: false }, { passed: true }, { passed: false }], '2 of 3 gates failed'],
    [[{ passed: false }], '1 of 1 gate failed'],
  ])('%#: %s', (checks, expected) => {
    expect(gateSummary(result(...checks))).toBe(expected);
  });
});
