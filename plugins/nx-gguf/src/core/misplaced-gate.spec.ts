import { validate } from './validate.js';

const metrics =
  'meanKld, percentile99_9Kld, percentile99Kld, maximumKld, perplexityRatio, rmsDeltaProbabilityPercent';
const model = { name: 'M', source: { type: 'path', path: 'x' }, quantize: { Q4_K_M: { ftype: 'Q4_K_M' } } };

describe('a gate at the wrong place', () => {
  it.each<[string, object, string]>([
    [
      'a metric beside the parts of a gate',
      { Q4_K_M: { meanKld: 0.1 } },
      '/gates/Q4_K_M: unknown property "meanKld"; it belongs in "atMost"',
    ],
    [
      'a floor among ceilings',
      { Q4_K_M: { atMost: { sameTopPercent: 90 } } },
      '/gates/Q4_K_M/atMost: unknown property "sameTopPercent"; it belongs in "atLeast"',
    ],
    [
      'a ceiling among floors',
      { Q4_K_M: { atLeast: { meanKld: 1 } } },
      '/gates/Q4_K_M/atLeast: unknown property "meanKld"; it belongs in "atMost"',
    ],
    [
      'a misspelt metric',
      { Q4_K_M: { atMost: { meanKdl: 1 } } },
      `/gates/Q4_K_M/atMost: unknown property "meanKdl" (did you mean 'meanKld'?); allowed are ${metrics}, size, bitsPerWeight`,
    ],
    [
      'a metric that no gate has',
      { Q4_K_M: { atLeast: { tokensPerSecond: 1 } } },
      '/gates/Q4_K_M/atLeast: unknown property "tokensPerSecond"; allowed are sameTopPercent',
    ],
    [
      'a misspelt metric of a comparison',
      { Q4_K_M: { noWorseThan: { theirs: { kld: 1 } } } },
      `/gates/Q4_K_M/noWorseThan/theirs: unknown property "kld"; allowed are ${metrics}, sameTopPercent, size, bitsPerWeight`,
    ],
    [
      'a misspelt part',
      { Q4_K_M: { most: { meanKld: 1 } } },
      `/gates/Q4_K_M: unknown property "most"; allowed are atMost, atLeast, noWorseThan`,
    ],
    [
      'a comparison with nobody',
      { Q4_K_M: { noWorseThan: { meanKld: '5%' } } },
      '/gates/Q4_K_M/noWorseThan/meanKld: "5%" must be object; noWorseThan is by the name of a reference or of another variant: { "<name>": { "meanKld": … } }',
    ],
    [
      'no variant',
      { atMost: { meanKld: 1 } },
      '/gates/atMost: unknown property "meanKld"; gates are by the name of a variant: { "<variant>": { "atMost": { … } } }',
    ],
    [
      'a metric alone',
      { meanKld: 1 },
      '/gates/meanKld: 1 must be object; gates are by the name of a variant: { "<variant>": { "atMost": { … } } }',
    ],
  ])('is told where it belongs, or what is allowed: %s', (_, gates, expected) => {
    expect(() => validate('model', { ...model, gates }, 'model.json')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`model.json: ${expected}`) as string,
      }) as Error,
    );
  });

  it.each([{ Q4_K_M: {} }, { Q4_K_M: { atMost: {} } }, { Q4_K_M: { noWorseThan: {} } }])(
    'that asks for nothing is refused: %j',
    (gates) => {
      expect(() => validate('model', { ...model, gates }, 'model.json')).toThrow(
        /must NOT have fewer than 1/,
      );
    },
  );
});

describe('a number of chunks', () => {
  it.each([
    ['evaluation', { evaluation: { corpus: 'c', chunks: 0 } }],
    ['imatrix', { imatrix: { type: 'make', corpus: 'c', chunks: 0 } }],
  ])('of %s is not 0, of which nothing is measured', (place, changes) => {
    expect(() => validate('model', { ...model, ...changes }, 'model.json')).toThrow(
      `model.json: /${place}/chunks: 0 is not allowed (Chunks to read; -1 reads all)`,
    );
  });
});
