import { readFileSync } from 'node:fs';
import { failureIn, toolLines } from './perplexity-failures.js';
import { baseProgress, chunkRow, requireBasePerplexity, requireKldStatistics } from './perplexity-log.js';
import { statisticRows } from './statistic-rows.js';

const recorded = (log: string) => readFileSync(new URL(`recorded/${log}.log`, import.meta.url), 'utf8');
const failureOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('requireKldStatistics, on recorded output of llama-perplexity v0.5.0', () => {
  it('gives every statistic', () => {
    expect(requireKldStatistics(recorded('variant'))).toEqual({
      chunks: 8,
      perplexity: {
        variant: { value: 606.706341, error: 62.069644 },
        base: { value: 666.942122, error: 69.678259 },
        correlationPercent: 96.94,
        logRatio: { value: -0.094658, error: 0.025686 },
        ratio: { value: 0.909684, error: 0.023366 },
        difference: { value: -60.235781, error: 17.970735 },
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

  it('has a value for each of the eleven metrics', () => {
    const { kldNats } = requireKldStatistics(recorded('variant'));
    expect(statisticRows.map(({ key }) => typeof kldNats[key])).toEqual(['object', ...new Array<string>(10).fill('number')]);
  });

  it('gives null for an error that the tool could not compute', () => {
    const output = recorded('variant').replace(/(Mean PPL\(Q\)\/PPL\(base\) +: +\S+ ±).*/, '$1       -nan');
    expect(requireKldStatistics(output).perplexity.ratio).toEqual({ value: 0.909684, error: null });
  });

  it.each([
    ['base-missing', 'KLD_BASE_MISSING', 'failed to open missing.kld'],
    ['base-wrong', 'KLD_BASE_WRONG', 'text.txt does not look like a file containing log-probabilities'],
    ['base-cut', 'KLD_BASE_CUT', 'failed reading log-probs for chunk 1'],
    ['base-cut-stderr', 'KLD_BASE_CUT', 'kl_divergence: failed reading log-probs for chunk 1'],
    ['base-cut-stderr-with-prefix', 'KLD_BASE_CUT', 'kl_divergence: failed reading log-probs for chunk 1'],
    ['vocabulary-mismatch', 'KLD_VOCABULARY_MISMATCH', 'inconsistent vocabulary (260 vs 300)'],
    ['too-few-tokens', 'KLD_TOO_FEW_TOKENS', 'only 62 tokens were compared'],
    ['not-finite', 'KLD_NOT_FINITE', 'Mean PPL(Q)'],
    ['words-lost', 'KLD_NO_STATISTICS', 'ended without its results'],
  ])('refuses %s, though the tool exits 0: %s', (log, code, words) => {
    expect(failureOf(() => requireKldStatistics(recorded(log)))).toMatchObject({ name: 'GgufError', code, message: expect.stringContaining(words) as string, hint: expect.any(String) as string });
  });

  it.each([
    ['kl_divergence : failed to decode', 'DECODE_FAILED'],
    ['llama_perplexity: unable to load model', 'MODEL_NOT_LOADED'],
    ['llama_perplexity: failed to create context', 'MODEL_NOT_LOADED'],
    ['kl_divergence: base.kld has been computed with 1024, while the current context is 512. Increase it with -c and retry', 'KLD_CONTEXT_TOO_SMALL'],
  ])('refuses statistics that follow %p', (line, code) => {
    expect(failureOf(() => requireKldStatistics(`${line}\n${recorded('variant')}`))).toMatchObject({ code, message: line });
  });

  it('refuses statistics that were cut at any line', () => {
    const lines = recorded('variant').trimEnd().split('\n');
    for (let count = 0; count < lines.length; count += 1) {
      expect(failureOf(() => requireKldStatistics(lines.slice(0, count).join('\n')))).toMatchObject({ code: 'KLD_NO_STATISTICS' });
    }
  });

  it('refuses statistics that lack a line', () => {
    const output = recorded('variant').replace(/^95\.0% +KLD.*\n/m, '');
    expect(failureOf(() => requireKldStatistics(output))).toMatchObject({ code: 'KLD_NO_STATISTICS', message: "the tool did not print '95.0% KLD'" });
  });

  it("keeps the tool's last words, and few of them", () => {
    const error = failureOf(() => requireKldStatistics(`${'noise\n'.repeat(100)}${recorded('base-missing')}`)) as { tail: string[] };
    expect(error.tail).toHaveLength(20);
    expect(error.tail.at(-1)).toBe('kl_divergence: failed to open missing.kld');
  });
});

describe('requireBasePerplexity', () => {
  it.each(['base', 'base-stderr', 'base-stderr-with-prefix'])('gives the final estimate of %s', (log) => {
    expect(requireBasePerplexity(recorded(log))).toBe(666.9415);
  });

  it('takes it from the progress of the last chunk when the final line was lost', () => {
    const output = recorded('base').replace(/^Final.*\n/m, '');
    expect(requireBasePerplexity(output)).toBe(666.9415);
    expect(failureOf(() => requireBasePerplexity(output.replace(/\[8\].*,/, '')))).toMatchObject({ code: 'KLD_NO_STATISTICS' });
  });

  it.each([
    ['text-too-short', 'TEXT_TOO_SHORT'],
    ['base-unwritable', 'KLD_BASE_UNWRITABLE'],
    ['words-lost', 'KLD_NO_STATISTICS'],
  ])('refuses %s: %s', (log, code) => {
    expect(failureOf(() => requireBasePerplexity(recorded(log)))).toMatchObject({ code });
  });

  it('refuses an estimate that is no number', () => {
    expect(failureOf(() => requireBasePerplexity('Final estimate: PPL = nan +/- nan'))).toMatchObject({ code: 'KLD_NOT_FINITE' });
  });
});

describe('baseProgress', () => {
  it.each(['base', 'imatrix'])('finds the chunks of %s', (log) => {
    const progress = baseProgress(recorded(log));
    expect(progress.map(({ chunk }) => chunk)).toEqual(progress.map((_, index) => index + 1));
    expect(progress.length).toBeGreaterThanOrEqual(4);
    expect(progress[0]?.perplexity).toBeCloseTo(423.9489, 3);
  });

  it('leaves a chunk that is cut for the next piece', () => {
    expect(baseProgress('[1]12.5,[2]13.')).toEqual([{ chunk: 1, perplexity: 12.5 }]);
  });
});

describe('chunkRow', () => {
  it('reads the rows of the table', () => {
    const rows = recorded('variant').split('\n').map(chunkRow).filter((row) => row !== null);
    expect(rows).toHaveLength(8);
    expect(rows[0]).toEqual({
      chunk: 1,
      perplexity: { value: 402.5461, error: 120.5126 },
      logRatio: { value: -0.0518, error: 0.08289 },
      kldNats: { value: 0.06142, error: 0.00241 },
      deltaProbabilityRmsPercent: { value: 0.646, error: 0.214 },
      sameTopPercent: { value: 74.194, error: 7.989 },
    });
  });

  it('reads rows without finite numbers', () => {
    expect(recorded('not-finite').split('\n').map(chunkRow).filter((row) => row !== null)).toHaveLength(8);
  });

  it.each(['', '12', 'chunk   PPL', 'Mean PPL(Q) : 838.1 ± 79.9'])('leaves %p alone', (line) => {
    expect(chunkRow(line)).toBeNull();
  });
});

describe('failureIn', () => {
  it('knows the words of llama-imatrix too', () => {
    expect(failureIn(toolLines(recorded('imatrix-text-too-short')))).toMatchObject({ code: 'TEXT_TOO_SHORT' });
  });

  it.each(['base', 'variant', 'imatrix', 'too-few-tokens'])('finds nothing in %s', (log) => {
    expect(failureIn(toolLines(recorded(log)))).toBeNull();
  });
});
