import { readFileSync } from 'node:fs';
import { kldReader } from './kld-reader.js';
import { printedMetrics } from '../metrics/stored-statistics.js';
import { withBasePerplexity } from '../statistics/base-perplexity.js';

const recorded = (log: string) => readFileSync(new URL(`../recorded/${log}.log`, import.meta.url), 'utf8');
/** The statistics of a whole output. */
const requireKldStatistics = (output: string) => {
  const reader = kldReader();
  for (const line of output.split('\n')) reader.line(line);
  return reader.result().statistics;
};
const failureOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('the statistics in recorded output of llama-perplexity v0.5.0', () => {
  it('gives every statistic', () => {
    expect(requireKldStatistics(recorded('variant'))).toMatchObject({
      chunks: 8,
      ctx: 64,
      tokens: 248,
      perplexity: {
        variant: { value: 606.706341, error: 62.069644 },
        recomputedBase: { value: 666.942122, error: 69.678259 },
        correlationPercent: 96.94,
        recomputedLogRatio: { value: -0.094658, error: 0.025686 },
        recomputedRatio: { value: 0.909684, error: 0.023366 },
        recomputedDifference: { value: -60.235781, error: 17.970735 },
      },
      kldNats: {
        mean: { value: 0.068474, error: 0.00128 },
        maximum: 0.145378,
        percentile99_9: 0.143422,
        percentile99: 0.133755,
        percentile95: 0.106651,
        percentile90: 0.09385,
        median: 0.065936,
        percentile10: 0.04678,
        percentile5: 0.040525,
        percentile1: 0.036962,
        percentile0_1: 0.036464,
        minimum: 0.036402,
      },
      deltaProbabilityPercent: {
        mean: { value: 0.048, error: 0.028 },
        maximum: 3.921,
        percentile99_9: 3.676,
        percentile99: 1.772,
        percentile95: 0.55,
        percentile90: 0.29,
        percentile75: 0.071,
        median: 0.004,
        percentile25: -0.017,
        percentile10: -0.199,
        percentile5: -0.47,
        percentile1: -0.912,
        percentile0_1: -1.456,
        minimum: -1.574,
        rms: { value: 0.45, error: 0.083 },
      },
      sameTopPercent: { value: 60.081, error: 3.116 },
    });
  });

  it('reads the same from a log with times and levels', () => {
    const { kldNats } = requireKldStatistics(recorded('variant-with-prefix'));
    expect(kldNats).toEqual(requireKldStatistics(recorded('variant')).kldNats);
  });

  it.each(printedMetrics)('$name is the number behind the label of its line', ({ printed, read }) => {
    const statistics = withBasePerplexity(
      requireKldStatistics(recorded('variant')),
      { perplexity: { values: [], errors: [] } },
      { final: { value: 1, error: 0 }, running: [] },
    );
    const lines = recorded('variant').split('\n');
    const [line = ''] = lines.filter((text) => text.replace(/ +/g, ' ').trim().startsWith(printed.line));
    const [value, error = null] = (
      line
        .split(/:/)
        .at(-1)
        ?.match(/-?[\d.]+/g) ?? []
    ).map(Number);
    expect(read({ sizeBytes: null, bitsPerWeight: null, statistics })).toEqual(
      printed.hasError ? { value, error } : value,
    );
  });

  it('gives null for an error that the tool could not compute', () => {
    const output = recorded('variant').replace(/(Mean PPL\(Q\)\/PPL\(base\) +: +\S+ ±).*/, '$1       -nan');
    expect(requireKldStatistics(output).perplexity.recomputedRatio).toEqual({ value: 0.909684, error: null });
  });

  it.each([
    ['base-missing', 'KLD_BASE_MISSING', 'failed to open missing.kld'],
    ['base-wrong', 'KLD_BASE_WRONG', 'text.txt does not look like a file containing log-probabilities'],
    ['base-cut', 'KLD_BASE_CUT', 'failed reading log-probs for chunk 1'],
    ['base-cut-stderr', 'KLD_BASE_CUT', 'kl_divergence: failed reading log-probs for chunk 1'],
    ['base-cut-stderr-with-prefix', 'KLD_BASE_CUT', 'kl_divergence: failed reading log-probs for chunk 1'],
    [
      'context-too-small',
      'KLD_CONTEXT_TOO_SMALL',
      'has been computed with 288, while the current context is 64',
    ],
    ['decode-failed', 'DECODE_FAILED', 'llama_decode: failed to decode, ret = -1'],
    ['vocabulary-mismatch', 'KLD_VOCABULARY_MISMATCH', 'inconsistent vocabulary (260 vs 300)'],
    ['too-few-tokens', 'KLD_TOO_FEW_TOKENS', 'only 62 tokens were compared'],
    ['not-finite', 'KLD_NOT_FINITE', 'Mean PPL(Q)'],
    ['words-lost', 'KLD_NO_STATISTICS', 'ended without its results'],
  ])('refuses %s, though the tool exits 0: %s', (log, code, words) => {
    expect(failureOf(() => requireKldStatistics(recorded(log)))).toMatchObject({
      name: 'GgufError',
      code,
      message: expect.stringContaining(words) as string,
      hint: expect.any(String) as string,
    });
  });

  it.each([
    ['llama_perplexity: unable to load model', 'MODEL_NOT_LOADED'],
    ['llama_perplexity: failed to create context', 'MODEL_NOT_LOADED'],
  ])('refuses statistics that follow %p', (line, code) => {
    expect(failureOf(() => requireKldStatistics(`${line}\n${recorded('variant')}`))).toMatchObject({
      code,
      message: line,
    });
  });

  it('refuses statistics that were cut at any line', () => {
    const lines = recorded('variant').trimEnd().split('\n');
    for (let count = 0; count < lines.length; count += 1) {
      expect(failureOf(() => requireKldStatistics(lines.slice(0, count).join('\n')))).toMatchObject({
        code: 'KLD_NO_STATISTICS',
      });
    }
  });

  it('refuses statistics that lack a line', () => {
    const output = recorded('variant').replace(/^95\.0% +KLD.*\n/m, '');
    expect(failureOf(() => requireKldStatistics(output))).toMatchObject({
      code: 'KLD_NO_STATISTICS',
      message: "the tool did not print '95.0% KLD'",
    });
  });

  it("keeps the tool's last words, and few of them", () => {
    const error = failureOf(() =>
      requireKldStatistics(`${'noise\n'.repeat(100)}${recorded('base-missing')}`),
    ) as { tail: string[] };
    expect(error.tail).toHaveLength(20);
    expect(error.tail.at(-1)).toBe('kl_divergence: failed to open missing.kld');
  });
});

describe('kldReader', () => {
  it('gives each row as it comes, and all of them as series in the end', () => {
    const reader = kldReader();
    const given = recorded('variant')
      .split('\n')
      .map((line) => reader.line(line))
      .filter((row) => row !== null);
    expect(given.map(({ chunk }) => chunk)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { running, statistics } = reader.result();
    expect(running.kldNats).toEqual({
      values: [0.06142, 0.06122, 0.06142, 0.06628, 0.0663, 0.06483, 0.06869, 0.06847],
      errors: [0.00241, 0.00178, 0.00144, 0.00168, 0.00144, 0.0013, 0.00142, 0.00128],
    });
    expect(running.sameTopPercent).toMatchObject({
      values: [74.194, 61.29, 61.29, 58.871, 61.29, 61.29, 60.369, 60.081],
    });
    expect(statistics.kldNats.mean.value).toBeCloseTo(running.kldNats.values.at(-1) ?? 0, 5);
  });

  it('reads the streams apart: the label of the time left has no end on stderr', () => {
    const reader = kldReader();
    for (const log of ['base-cut-stderr', 'base-cut-stderr-with-prefix'])
      for (const line of recorded(log).split('\n')) reader.line(line);
    expect(failureOf(() => reader.result())).toMatchObject({ code: 'KLD_BASE_CUT' });
  });

  it('remembers a failure and the announcement however much is printed afterwards', () => {
    const rows = (count: number) =>
      Array.from(
        { length: count },
        (_, index) =>
          `${index + 1}  606.7063 ± 62.0696  -0.09466 ± 0.02569  0.06847 ± 0.00128  0.450 ± 0.083 %  60.081 ± 3.116 %`,
      );
    const long = recorded('variant')
      .replace('over 8 chunks', 'over 20000 chunks')
      .replace(/^ +\d+ .* %$/gm, '')
      .replace(/^chunk .*$/m, (heading) => [heading, ...rows(20_000)].join('\n'));
    expect(requireKldStatistics(long)).toMatchObject({ chunks: 20_000, tokens: 620_000 });
    const warned = long.replace(
      'kl_divergence: computing',
      'kl_divergence: inconsistent vocabulary (260 vs 300)\nkl_divergence: computing',
    );
    expect(failureOf(() => requireKldStatistics(warned))).toMatchObject({ code: 'KLD_VOCABULARY_MISMATCH' });
  });

  it.each([
    ['a row is missing', /^ +3 .*\n/m, { code: 'KLD_NO_STATISTICS', words: '7 rows for 8 chunks' }],
    ['a row is no number', /0\.06628/, { code: 'KLD_NOT_FINITE', words: 'a mean KLD of nan after chunk 4' }],
    [
      'it was not said how much is compared',
      /^.*computing over.*\n/m,
      { code: 'KLD_NO_STATISTICS', words: 'ended without its results' },
    ],
  ])('refuses complete statistics when %s', (_, lost, { code, words }) => {
    expect(
      failureOf(() =>
        requireKldStatistics(recorded('variant').replace(lost, (text) => (text.endsWith('\n') ? '' : 'nan'))),
      ),
    ).toMatchObject({
      code,
      message: expect.stringContaining(words) as string,
      tail: expect.arrayContaining(['Same top p: 60.081 ± 3.116 %']) as string[],
    });
  });
});
