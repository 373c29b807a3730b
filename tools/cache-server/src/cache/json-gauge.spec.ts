import fc from 'fast-check';
import { gaugeJson, jsonGauge, jsonLimits } from './json-gauge.js';

const nested = (levels: number, open = '[', close = ']'): string =>
  open.repeat(levels) + close.repeat(levels);

/** What a text holds, counted on what was made of it. */
function measure(value: unknown): { depth: number; values: number } {
  if (value === null || typeof value !== 'object') return { depth: 0, values: 0 };
  const inner = Object.values(value).map(measure);
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    values: 1 + Math.max(0, inner.length - 1) + inner.reduce((sum, { values }) => sum + values, 0),
  };
}

describe('jsonGauge', () => {
  it.each([
    ['lists', nested(101), 'nested deeper than 100 levels'],
    ['objects', nested(101, '{"a":', '}'), 'nested deeper than 100 levels'],
    ['both, not closed', '[{"a":'.repeat(60), 'nested deeper than 100 levels'],
    ['many values', `[${'0,'.repeat(1001)}0]`, 'more than 1000 values'],
    ['many empty objects', '{}'.repeat(1001), 'more than 1000 values'],
  ])('refuses %s', async (_what, text, problem) => {
    await expect(gaugeJson(text, { depth: 100, values: 1000 })).rejects.toThrow(problem);
  });

  it.each([
    ['what is as deep as it may be', nested(100)],
    ['lists one after the other', `[${'[],'.repeat(300)}0]`],
    ['brackets in a text', `["${'[{,'.repeat(5000)}"]`],
    ['an escaped quote before them', `["\\"${'['.repeat(5000)}"]`],
    ['an escaped backslash at the end of a text', '["\\\\",[["a"]]]'],
    ['what is no JSON, which the parser refuses', ']]]]'],
  ])('takes %s', async (_what, text) => {
    await gaugeJson(text, { depth: 100, values: 1000 });
  });

  it('counts as what is made of a text, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat(), (text, cut) => {
        const bytes = Buffer.from(text);
        const { depth, values } = measure(JSON.parse(text));
        // An object may say the same name twice, which leaves one value.
        const said = { depth, values: values + (text.match(/,/g)?.length ?? 0) };
        const feed = (limits: { depth: number; values: number }): void => {
          const gauge = jsonGauge(limits);
          gauge(bytes.subarray(0, cut % (bytes.length + 1)));
          gauge(bytes.subarray(cut % (bytes.length + 1)));
        };
        feed(said);
        if (depth > 0) expect(() => feed({ ...said, depth: depth - 1 })).toThrow('nested');
        if (values > 0) expect(() => feed({ ...said, values: values - 1 })).toThrow('values');
      }),
      { seed: 11, numRuns: 50 },
    );
  });

  it('leaves room for the manifest with the most files that its size allows', () => {
    const file = { name: 'a', sha256: 'a'.repeat(64), sizeBytes: 1 };
    const files = Array.from({ length: 1000 }, () => file);
    const text = JSON.stringify({ files });
    expect(() => jsonGauge(jsonLimits(text.length))(Buffer.from(text))).not.toThrow();
  });
});
