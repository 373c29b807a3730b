import { imatrixEntry } from './imatrix-entry.js';

const rows = (...values: number[]): Float32Array =>
  Float32Array.from(values.flatMap((value) => new Array<number>(32).fill(value)));

describe('imatrixEntry', () => {
  it.each<[string, Float32Array, number[], boolean, object]>([
    ['good data', rows(3, 4), [2, 2], false, { values: 64 }],
    ['a row of zeros', rows(3, 0), [2], false, { zeros: [[32, 32]] }],
    ['nothing but zeros', rows(0, 0), [2], false, { zeros: [[0, 64]] }],
    ['zeros in the older format', rows(0, 5), [2], true, { zeros: [[0, 32]] }],
    ['an expert without data', rows(3, 0, 4), [2, 0, 2], false, { blank: [[32, 32]] }],
    [
      'NaN of an expert without data, which is not read',
      rows(3, Number.NaN),
      [2, 0],
      false,
      { blank: [[32, 32]] },
    ],
    ['no data at all', rows(0, 0), [0, 0], false, { blank: [[0, 64]] }],
    ['an expert without data, in the older format', rows(3, 7), [7], true, { blank: [[32, 32]] }],
    ['equal data of the older format', rows(7, 7), [7], true, { blank: [] }],
    ['an older file without calls', rows(3, 4), [0], true, {}],
    ['fewer zeros than a row', Float32Array.of(0, 0, 1, 2), [2], false, { values: 4 }],
    [
      'more counts than sums, which leaves all sums out',
      rows(3),
      new Array<number>(64).fill(2),
      false,
      { zeros: [[0, 32]] },
    ],
    [
      'sums that no count is for',
      rows(1, 1, 1, 1, 1, 1),
      new Array<number>(5).fill(2),
      false,
      { values: 192, zeros: [] },
    ],
    [
      'a row of sums that no count is for',
      Float32Array.from({ length: 130 }, () => 1),
      new Array<number>(49).fill(2),
      false,
      { zeros: [[98, 32]] },
    ],
    ['NaN', Float32Array.of(Number.NaN, 1, 2), [2], false, { values: 3, invalid: 1 }],
    ['infinity', Float32Array.of(Infinity, 1, -Infinity), [2], true, { values: 3, invalid: 2 }],
    ['a negative sum', Float32Array.of(-1, 1), [2], false, { values: 2, invalid: 1 }],
    ['a count that is none', rows(1), [Number.NaN], false, { values: 32, invalid: 1 }],
    ['a count that is rounded to nothing', rows(3e38), [0.4], false, { blank: [[0, 32]] }],
    ['a count that is rounded', rows(3), [0.6], false, {}],
    ['a count beyond any text', rows(1), [1e30], false, { values: 32, invalid: 1 }],
    ['a count below nothing', rows(1), [-1], false, { values: 32, invalid: 1 }],
  ])('sees %s', (...[, sums, counts, isLegacy, expected]) => {
    expect(imatrixEntry('a', { sums, counts, isLegacy })).toEqual({
      name: 'a',
      values: sums.length,
      ...(counts.length === 1 ? {} : { counts: counts.length }),
      invalid: 0,
      zeros: [],
      blank: [],
      ...expected,
    });
  });
});
