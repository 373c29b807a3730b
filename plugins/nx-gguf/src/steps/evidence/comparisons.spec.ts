import { pairedComparisons } from './comparisons.js';
import { made, result, text } from '../testing/evidence-inputs.js';

describe('comparisons', () => {
  const base = result.subject.base;
  const of = (name: string) => ({
    name,
    measured: {
      target: `m:kld:${name}`,
      manifest: made.manifest,
      result: { ...result, subject: { ...result.subject, base } },
    },
  });
  const pairsOf = (changes: Partial<Parameters<typeof pairedComparisons>[0]>) =>
    pairedComparisons({ models: ['a', 'b', 'c'].map(of), references: [], gates: {}, ...changes }).map(
      ({ a, b }) => [a, b],
    );

  it('are of variants with the references beside them, and with what their gates name, each pair once', () => {
    expect(
      pairsOf({
        references: [
          { name: 'b', compareWith: 'a' },
          { name: 'c', compareWith: null },
        ],
      }),
    ).toEqual([['a', 'b']]);
    expect(
      pairsOf({
        references: [{ name: 'b', compareWith: 'a' }],
        gates: {
          a: { noWorseThan: { b: { meanKld: 1 }, c: {} } },
          c: { atMost: { meanKld: 1 }, noWorseThan: { a: {} } },
        },
      }),
    ).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
  });

  it('need the values after each chunk of both', () => {
    expect(
      pairsOf({
        models: [of('a'), { ...of('b'), measured: null }],
        references: [{ name: 'b', compareWith: 'a' }],
      }),
    ).toEqual([]);
    expect(
      pairsOf({
        models: [of('a'), { ...of('b'), measured: { ...of('b').measured, result: null } }],
        references: [{ name: 'b', compareWith: 'a' }],
      }),
    ).toEqual([]);
  });

  it('are not of what was not measured on the same text', () => {
    const elsewhere = {
      ...of('b'),
      measured: {
        ...of('b').measured,
        result: { ...result, subject: { ...result.subject, corpus: { ...text, sha256: 'd'.repeat(64) } } },
      },
    };
    expect(
      pairsOf({
        models: [of('a'), elsewhere, of('c')],
        references: [
          { name: 'b', compareWith: 'a' },
          { name: 'c', compareWith: 'a' },
        ],
      }),
    ).toEqual([['a', 'c']]);
  });
});
