import { compareResults } from '../kld/statistics/compare-results.js';
import { chunkPair, resultOf } from '../kld/testing/chunk-series.js';
import { fullComparisonText, sequentialComparisonText } from './comparison-text.js';

const pair = chunkPair('text', { chunks: 64, difference: 0.002 });
const confidence = { confidencePercent: 95 };
const full = compareResults(
  { name: 'ours', result: resultOf(pair.a) },
  { name: 'theirs', result: resultOf(pair.b) },
  confidence,
);

describe('fullComparisonText', () => {
  it('says which is closer and how certain that is, and keeps what is computed apart from what was printed', () => {
    const text = fullComparisonText(full);
    expect(text).toContain('ours and theirs, 64 chunks, 16320 tokens\n');
    expect(text).toMatch(
      /\| mean KLD +\| 0\.\d{6} ± 0\.\d{6} \| 0\.\d{6} ± 0\.\d{6} \| -0\.\d{6} ± 0\.\d{6} \| -0\.\d{6} to -0\.\d{6} \| ours, > 99\.9 % \|/,
    );
    expect(text).toMatch(/\| same top, % .*\| undecided/);
    expect(text).toMatch(
      /Values as llama-perplexity prints them, ln\(PPL\/PPL base\) to what the base pass printed\. Difference, interval and confidence: studentized circular block bootstrap over chunks, 16 blocks of 4 for the mean KLD/,
    );
  });

  it('says when there are too few chunks to tell', () => {
    const few = compareResults(
      { name: 'x', result: resultOf([0.1, 0.2]) },
      { name: 'y', result: resultOf([0.3, 0.4]) },
      confidence,
    );
    expect(fullComparisonText(few)).toContain('Fewer than 8 chunks do not tell how certain a difference is.');
  });

  it.each([
    [94.99, '94.9 %'],
    [99.9, '99.9 %'],
    [99.98, '> 99.9 %'],
  ])('a confidence of %f is shown as %s', (confidencePercent, shown) => {
    const metrics = full.metrics.map((metric) => ({
      ...metric,
      difference: metric.difference && { ...metric.difference, confidencePercent },
    }));
    expect(fullComparisonText({ ...full, metrics })).toContain(`ours, ${shown}`);
  });
});

describe('sequentialComparisonText', () => {
  const result = {
    format: 1,
    mode: 'sequential',
    method: 'asymptotic confidence sequence over batches of chunks',
    a: 'ours',
    b: 'theirs',
    chunks: 32,
    tokens: 8160,
    confidencePercent: 95,
    budgetChunks: 580,
    batchChunks: 4,
    meanKld: { a: 0.03, b: 0.036 },
    difference: -0.006,
    interval: { low: -0.009, high: -0.003 },
    closer: 'a',
  } as const;

  it('is marked as one, with the part of the text it read', () => {
    expect(sequentialComparisonText(result)).toBe(
      [
        'ours is closer: decided after 32 of 580 chunks (8160 tokens)',
        'sequential: running mean KLD 0.03000 (ours) and 0.03600 (theirs), difference -0.00600, -0.00900 to -0.00300 with 95 % at all looks together',
        'Figures of these chunks, not of the text. Asymptotic confidence sequence over batches of chunks, a look every 4; not a figure of llama-perplexity.',
      ].join('\n'),
    );
  });

  it('says so when it is undecided', () => {
    expect(sequentialComparisonText({ ...result, closer: null, chunks: 580 })).toContain(
      'undecided between ours and theirs after 580 of 580 chunks',
    );
  });
});
