import { readFileSync } from 'node:fs';
import { failureIn, toolLines } from './perplexity-failures.js';
import { baseProgress, progressReader, requireBasePerplexity } from './perplexity-log.js';

const recorded = (log: string) => readFileSync(new URL(`../recorded/${log}.log`, import.meta.url), 'utf8');
const failureOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

describe('requireBasePerplexity', () => {
  it.each(['base', 'base-stderr', 'base-stderr-with-prefix'])('gives the final estimate of %s', (log) => {
    expect(requireBasePerplexity(recorded(log))).toEqual({ value: 666.9415, error: 69.67815 });
  });

  it('does not do with the progress, which has no error, when the final line was lost', () => {
    const output = recorded('base').replace(/^Final.*\n/m, '');
    expect(failureOf(() => requireBasePerplexity(output))).toMatchObject({ code: 'KLD_NO_STATISTICS' });
  });

  it.each([
    ['text-too-short', 'TEXT_TOO_SHORT'],
    ['base-unwritable', 'KLD_BASE_UNWRITABLE'],
    ['device-unknown', 'DEVICE_UNKNOWN'],
    ['bad-argument', 'TOOL_BAD_ARGUMENT'],
    ['words-lost', 'KLD_NO_STATISTICS'],
  ])('refuses %s: %s', (log, code) => {
    expect(failureOf(() => requireBasePerplexity(recorded(log)))).toMatchObject({ code });
  });

  it('refuses an estimate that is no number', () => {
    expect(failureOf(() => requireBasePerplexity('Final estimate: PPL = nan +/- nan'))).toMatchObject({
      code: 'KLD_NOT_FINITE',
    });
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

describe('progressReader', () => {
  it.each([
    [['[1]12.5,[2]1', '3.25,', '[3]nan', ',']],
    [['[1]12.5,', '[2]13.25,[', '3]n', 'an,\n']],
    [['words, [and] more\n[1]12.5,[2]13.25,[3]nan,']],
  ])('gives each chunk of %j once', (pieces) => {
    const read = progressReader();
    expect(pieces.flatMap(read)).toEqual([
      { chunk: 1, perplexity: 12.5 },
      { chunk: 2, perplexity: 13.25 },
      { chunk: 3, perplexity: NaN },
    ]);
  });

  it('keeps little of an output without chunks', () => {
    const read = progressReader();
    expect([...Array(1000).keys()].flatMap(() => read('x'.repeat(1000)))).toEqual([]);
    expect(read('\n[1]2.5,')).toEqual([{ chunk: 1, perplexity: 2.5 }]);
  });
});

describe('failureIn', () => {
  it('knows the words of llama-imatrix too', () => {
    expect(failureIn(toolLines(recorded('imatrix-text-too-short')))).toMatchObject({
      code: 'TEXT_TOO_SHORT',
    });
  });

  it('does not say where the source of the tool was when it was built', () => {
    expect(
      failureIn(['/build/llama.cpp/ggml/src/ggml-rpc/ggml-rpc.cpp:547: Failed to connect to 127.0.0.1:1']),
    ).toMatchObject({ code: 'RPC_UNREACHABLE', message: 'Failed to connect to 127.0.0.1:1' });
  });

  it.each(['base', 'variant', 'imatrix', 'too-few-tokens'])('finds nothing in %s', (log) => {
    expect(failureIn(toolLines(recorded(log)))).toBeNull();
  });
});
