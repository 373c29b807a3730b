import { readFileSync } from 'node:fs';
import { brokenValue, chunkRow } from './chunk-row.js';

const recorded = (log: string) => readFileSync(new URL(`../recorded/${log}.log`, import.meta.url), 'utf8');

describe('chunkRow', () => {
  it('reads the rows of the table', () => {
    const rows = recorded('variant')
      .split('\n')
      .map(chunkRow)
      .filter((row) => row !== null);
    expect(rows).toHaveLength(8);
    expect(rows[0]).toEqual({
      chunk: 1,
      perplexity: { value: 402.5461, error: 120.5126 },
      recomputedLogRatio: { value: -0.0518, error: 0.08289 },
      kldNats: { value: 0.06142, error: 0.00241 },
      deltaProbabilityRmsPercent: { value: 0.646, error: 0.214 },
      sameTopPercent: { value: 74.194, error: 7.989 },
    });
  });

  it('reads rows without finite numbers', () => {
    expect(
      recorded('not-finite')
        .split('\n')
        .map(chunkRow)
        .filter((row) => row !== null),
    ).toHaveLength(8);
  });

  it('finds the first value that is no finite number', () => {
    const rows = (log: string) =>
      recorded(log)
        .split('\n')
        .map(chunkRow)
        .filter((row) => row !== null);
    expect(brokenValue(rows('variant'))).toBeNull();
    expect(brokenValue(rows('not-finite'))).toEqual({ chunk: 1, label: 'perplexity', printed: 'nan' });
  });

  it.each(['', '12', 'chunk   PPL', 'Mean PPL(Q) : 838.1 ± 79.9'])('leaves %p alone', (line) => {
    expect(chunkRow(line)).toBeNull();
  });
});
