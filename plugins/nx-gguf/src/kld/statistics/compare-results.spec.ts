import type { KldResult } from '../../core/generated/kld.generated.js';
import { compareResults } from './compare-results.js';
import { compareSequentially } from './compare-sequentially.js';
import { ordinaryRule } from './confidence-sequence.js';
import { chunkPair, printedMeans, resultOf } from '../testing/chunk-series.js';

const confidence = { confidencePercent: 95 };
const pair = chunkPair('results', { chunks: 100, difference: 0.002 });
const sameTop = (level: number) => pair.a.map((value) => level - 100 * value);
const a = { name: 'ours', result: resultOf(pair.a, { variant: 'ours', sameTop: sameTop(93) }) };
const b = { name: 'theirs', result: resultOf(pair.b, { variant: 'theirs', sameTop: sameTop(92) }) };
const metric = (comparison: ReturnType<typeof compareResults>, name: string) =>
  comparison.metrics.find((one) => one.metric === name);

describe('compareResults', () => {
  it('takes the ratio of perplexities from what the base pass printed, and its differences from the series', () => {
    const shifted = ({ name, result }: typeof a) => ({
      name,
      result: {
        ...result,
        statistics: {
          ...result.statistics,
          perplexity: {
            ...result.statistics.perplexity,
            logRatio: {
              value: result.statistics.perplexity.recomputedLogRatio.value - 0.0066,
              error: 0.0001,
            },
          },
        },
      },
    });
    const [plain, moved] = [
      compareResults(a, b, confidence),
      compareResults(shifted(a), shifted(b), confidence),
    ].map(({ metrics }) => metrics.find(({ metric }) => metric === 'logPerplexityRatio'));
    expect(moved?.a.value).toBeCloseTo((plain?.a.value ?? 0) - 0.0066, 6);
    expect(moved?.difference?.mean).toBe(plain?.difference?.mean);
  });

  it('says which is closer: lower mean KLD, higher share of same tokens, and of perplexity nothing', () => {
    const comparison = compareResults(a, b, confidence);
    expect(comparison).toMatchObject({
      mode: 'full',
      a: 'ours',
      b: 'theirs',
      chunks: 100,
      tokens: 25_500,
      confidencePercent: 95,
    });
    expect(comparison.metrics.map(({ metric: name, closer }) => [name, closer])).toEqual([
      ['meanKld', 'a'],
      ['logPerplexityRatio', null],
      ['sameTopPercent', 'a'],
    ]);
    expect(metric(comparison, 'meanKld')?.difference?.mean).toBeCloseTo(
      a.result.statistics.kldNats.mean.value - b.result.statistics.kldNats.mean.value,
      9,
    );
  });

  it('says the same turned around', () => {
    const there = metric(compareResults(a, b, confidence), 'meanKld');
    const back = metric(compareResults(b, a, confidence), 'meanKld');
    expect(back).toMatchObject({ closer: 'b', a: there?.b, b: there?.a });
    expect(back?.difference?.confidencePercent).toBe(there?.difference?.confidencePercent);
    expect(back?.difference?.interval?.low).toBeCloseTo(-(there?.difference?.interval?.high ?? 0), 12);
  });

  it('decides for none of two equal ones', () => {
    const same = compareResults(a, { ...a, name: 'again' }, confidence);
    expect(
      same.metrics.map(({ closer, difference }) => [closer, difference?.mean, difference?.confidencePercent]),
    ).toEqual([
      [null, 0, 0],
      [null, 0, 0],
      [null, 0, 0],
    ]);
  });

  it('says nothing of certainty below 8 chunks', () => {
    const few = compareResults(
      { name: 'x', result: resultOf([0.1, 0.2]) },
      { name: 'y', result: resultOf([0.3, 0.4]) },
      confidence,
    );
    expect(few.metrics[0]).toMatchObject({ difference: null, closer: null, a: { blockError: null } });
  });

  it.each<[string, (result: KldResult) => unknown]>([
    [
      'the unquantized model',
      ({ subject }) => (subject.base = [{ name: 'base.gguf', sha256: '0'.repeat(64) }]),
    ],
    ['the text', ({ subject }) => (subject.corpus = { name: 'wiki.test.raw', sha256: '0'.repeat(64) })],
    ['the settings', ({ subject }) => (subject.parameters.batch = 512)],
    ['the tools', ({ subject }) => (subject.toolchain = '0'.repeat(64))],
    ['the chunks', ({ statistics }) => (statistics.chunks = 99)],
  ])('refuses results that differ in %s', (what, change) => {
    const result = structuredClone(b.result);
    change(result);
    expect(() => compareResults(a, { name: 'theirs', result }, confidence)).toThrow(
      expect.objectContaining({
        code: 'KLD_NOT_COMPARABLE',
        message: expect.stringContaining(
          `ours and theirs were not measured on the same:\n${what}: `,
        ) as string,
      }) as Error,
    );
  });

  it('takes models of equal bytes for the same, whatever they are called', () => {
    const result = structuredClone(b.result);
    result.subject.base = result.subject.base.map((file) => ({ ...file, name: 'other.gguf' }));
    expect(() => compareResults(a, { name: 'theirs', result }, confidence)).not.toThrow();
  });
});

describe('compareSequentially', () => {
  const rows = (values: readonly number[]) =>
    printedMeans(values, 5).map((value) => ({ kldNats: { value, error: 0 } }));
  const follow = (chunks: number, budgetChunks = 100) =>
    compareSequentially(
      { name: 'ours', rows: rows(pair.a.slice(0, chunks)) },
      { name: 'theirs', rows: rows(pair.b) },
      { ctx: 512, rule: { ...ordinaryRule, budgetChunks } },
    );

  it('goes on until it is decided', () => {
    expect(follow(8)).toEqual({ chunks: 8, result: null });
    const { result } = follow(100);
    expect(result).toMatchObject({
      mode: 'sequential',
      a: 'ours',
      b: 'theirs',
      closer: 'a',
      budgetChunks: 100,
    });
    expect(result?.chunks).toBeLessThan(100);
    expect(result?.tokens).toBe((result?.chunks ?? 0) * 255);
    expect(result?.meanKld.a).toBe(rows(pair.a)[(result?.chunks ?? 0) - 1]?.kldNats.value);
  });

  it('ends undecided when its chunks are spent', () => {
    expect(follow(100, 12).result).toMatchObject({ chunks: 12, closer: null });
  });
});
