import { drawSvg } from '../pictures/svg.js';
import { sampleEvidence } from '../testing/sample-evidence.js';
import { pageCharts } from './charts.js';

const evidence = sampleEvidence({ chunks: 100 });
const { charts } = pageCharts(evidence);
const marks = async (name: string): Promise<string[]> => {
  const chart = charts.find((one) => one.name === name);
  if (chart === undefined) throw new Error(`no chart ${name}`);
  return [
    ...(await drawSvg(chart.spec)).matchAll(
      /aria-label="([^"]*)" role="graphics-symbol"|role="graphics-symbol"[^>]*aria-label="([^"]*)"/g,
    ),
  ].map((match) => (match[1] ?? match[2] ?? '').replaceAll(/&#xA;/g, '\n'));
};

describe('marks of a chart', () => {
  it('against size: one for each model, with its figures', async () => {
    const texts = await marks('size');
    expect(texts).toHaveLength(evidence.variants.length + evidence.references.length);
    expect(texts[0]).toMatch(/^Q4_K_M\n[\d.]+ MiB\nmean KLD 0\.029700 ± 0\.000119/);
  });

  it('of percentiles: one for each model and percentile', async () => {
    expect(await marks('percentiles')).toHaveLength(
      6 * (evidence.variants.length + evidence.references.length),
    );
  });

  it('of the running mean: bars that tell of all models, the first and the last chunk among them, and not more than can be pointed at', async () => {
    const texts = await marks('running');
    expect(texts.length).toBeLessThan(45);
    expect([texts.at(0), texts.at(-1)].map((text) => text?.split('\n')[0])).toEqual([
      'after 1 chunk',
      'after 100 chunks',
    ]);
    expect(texts.at(-1)?.split('\n')).toHaveLength(1 + evidence.variants.length + evidence.references.length);
  });

  it('of speed: a bar for each test', async () => {
    expect(await marks('speed')).toContain('Q4_K_M\nPrompt of 512 tokens\n823.4 ± 8.2 tokens a second');
  });
});

describe('pageCharts', () => {
  it('names what was not measured', () => {
    const bare = pageCharts({
      ...evidence,
      bench: null,
      references: [],
      unquantized: { ...evidence.unquantized, speed: null },
      variants: evidence.variants.map((variant) => ({ ...variant, measurement: null, speed: null })),
    });
    expect(bare).toEqual({
      charts: [],
      missing: ['Divergence against size', 'Spread over tokens', 'Mean as more text is read', 'Speed'],
    });
  });
});
