import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { pageCharts } from '../page/charts.js';
import { sampleEvidence } from '../testing/sample-evidence.js';
import { picturesOf } from './pictures.js';
import { paretoFront, sizedModels } from './size-kld.js';
import { speedRows } from './speed.js';
import { renderSvg } from './svg.js';
import { colours, ink, pictureWidth, ramp, series } from './theme.js';

const evidence = sampleEvidence();
const many = sampleEvidence({
  variants: Array.from(
    { length: 20 },
    (_, index) => `${['Q3_K_M', 'Q4_K_M', 'Q5_K_M', 'Q6_K'][index % 4] ?? ''}-${index}`,
  ),
  layers: 36,
});
// Maps of tensors are all made the same way.
const samples = (of: Evidence) => picturesOf(of).slice(0, 5);
const names = [
  'kld-size',
  'kld-percentiles',
  'kld-running',
  'speed',
  'tensors-Q4_K_M',
  'tensors-Q5_K_M',
  'tensors-Q6_K',
];

async function svgOf(of: Evidence, name: string): Promise<string> {
  const picture = picturesOf(of).find(({ file }) => file === `pictures/${name}.svg`);
  if (picture === undefined) throw new Error(`no picture ${name}`);
  return renderSvg(picture.spec, picture);
}

function marks(svg: string, kind: string): number {
  return svg.split(`aria-roledescription="${kind}"`).length - 1;
}

describe('paretoFront', () => {
  const front = (...models: [string, number, number][]) =>
    paretoFront(models.map(([name, sizeBytes, kld]) => ({ name, sizeBytes, kld }))).map(({ name }) => name);

  it('are the models that no other one beats, from small to large', () => {
    expect(
      front(['large', 9, 1], ['small', 1, 9], ['worse', 10, 1], ['middle', 5, 5], ['as large', 5, 6]),
    ).toEqual(['small', 'middle', 'large']);
  });

  it('has all of those that are equal, or none', () => {
    expect(front(['a', 5, 5], ['b', 5, 5], ['c', 9, 1], ['d', 9, 2], ['e', 9, 2])).toEqual(['a', 'b', 'c']);
  });
});

let isSpec: ValidateFunction;
beforeAll(() => {
  const schema = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('vega-lite/vega-lite-schema.json'), 'utf8'),
  ) as object;
  isSpec = new Ajv({ strict: false, validateFormats: false }).compile(schema);
}, 60_000);

describe('pictures', () => {
  it('are those that the evidence is enough for', () => {
    expect(picturesOf(evidence).map(({ file }) => file)).toEqual(names.map((name) => `pictures/${name}.svg`));
    const unmeasured = {
      ...evidence,
      references: [],
      variants: evidence.variants.map((variant) => ({ ...variant, measurement: null, speed: null })),
      unquantized: { ...evidence.unquantized, speed: null },
    };
    expect(picturesOf(unmeasured).map(({ file }) => file)).toEqual(
      names.slice(4).map((name) => `pictures/${name}.svg`),
    );
    expect(picturesOf({ ...unmeasured, variants: [] })).toEqual([]);
    expect(
      picturesOf(sampleEvidence({ variants: ['Q4_K_M'], references: false })).map(({ file }) => file),
    ).not.toContain('pictures/kld-size.svg');
  });

  it.each([
    ['few', evidence],
    ['many', many],
  ])("of %s variants are specifications as Vega-Lite's own schema has them", (_, of) => {
    for (const { spec, file } of samples(of))
      expect({ file, isSpec: isSpec(spec), errors: isSpec.errors }).toEqual({
        file,
        isSpec: true,
        errors: null,
      });
  });

  it.each([
    ['few', evidence],
    ['many', many],
  ])(
    'of %s variants are as wide as a page of a hub at most, and the same each time',
    async (_, of) => {
      for (const picture of samples(of)) {
        const svg = await renderSvg(picture.spec, picture);
        expect(Number(/^<svg [^>]*width="(\d+)"/.exec(svg)?.[1])).toBeLessThanOrEqual(pictureWidth);
        expect(await renderSvg(structuredClone(picture.spec), picture)).toBe(svg);
      }
    },
    60_000,
  );

  it('have a mark for each figure', async () => {
    expect(marks(await svgOf(evidence, 'kld-size'), 'point')).toBe(6);
    expect(marks(await svgOf(evidence, 'kld-percentiles'), 'point')).toBe(6 * 6);
    expect(marks(await svgOf(evidence, 'kld-running'), 'line mark container')).toBe(6);
    expect(marks(await svgOf(evidence, 'speed'), 'bar')).toBe(2 * 4);
    const quantized = Object.values(evidence.variants[0]?.plan?.tensors ?? []).filter(
      ({ shape }) => shape.length > 1,
    );
    const framed = quantized.filter(({ to, stock }) => to !== stock);
    expect(framed.length).toBeGreaterThan(0);
    expect(marks(await svgOf(evidence, 'tensors-Q4_K_M'), 'rect mark')).toBe(
      2 * quantized.length + framed.length,
    );
  });

  /** The sample whose variants have these mean divergences, percentiles at zero and sizes. */
  const withMeans = (means: readonly number[], sizeBytes?: number): Evidence => ({
    ...evidence,
    references: [],
    variants: evidence.variants.slice(0, means.length).map((variant, index) => {
      const { measurement, files } = variant;
      if (measurement === null) throw new Error('the sample lacks a measurement');
      const { statistics } = measurement;
      const value = means[index] ?? 0;
      const still = { median: 0, percentile90: -0.000_002, percentile95: 0 };
      const kldNats = { ...statistics.kldNats, ...still, mean: { value, error: 0.0001 } };
      return {
        ...variant,
        files: files.map((file) => ({ ...file, sizeBytes: sizeBytes ?? file.sizeBytes })),
        measurement: {
          statistics: { ...statistics, kldNats },
          running: measurement.running && {
            ...measurement.running,
            kldNats: { values: Array(8).fill(value) as number[], errors: Array(8).fill(0) as number[] },
          },
        },
      };
    }),
  });

  it.each<[string, Evidence, [title: string, tick: string | null]]>([
    ['a copy of the unquantized model', withMeans([0.04, 0.006, 0]), ['(log scale, 0 at the bottom)', '0']],
    [
      'what rounding made negative',
      withMeans([0.04, -0.000_012, 0]),
      ['(log scale, ≤ 0 at the bottom)', '≤ 0'],
    ],
    ['nothing but zeros', withMeans([0, 0, 0]), ['(linear scale)', null]],
    ['one that is above zero', withMeans([0.01, 0, 0]), ['(log scale, 0 at the bottom)', '0']],
    ['equal values', withMeans([0.01, 0.01, 0.01]), ['(log scale)', null]],
    ['equal sizes', withMeans([0.04, 0.006, 0], 5_000_000), ['(log scale, 0 at the bottom)', '0']],
  ])('show all of %s', async (_, of, [title, label]) => {
    for (const name of ['kld-size', 'kld-percentiles', 'kld-running']) {
      const svg = await svgOf(of, name);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
    const svg = await svgOf(of, 'kld-size');
    expect(marks(svg, 'point')).toBe(3);
    expect(svg).toContain(title);
    const ticks = [...svg.matchAll(/>([^<>]*)<\/text>/g)].map(([, text]) => text);
    if (label !== null) expect(ticks.filter((text) => text === label)).toHaveLength(1);
    expect(marks(await svgOf(of, 'kld-percentiles'), 'point')).toBe(3 * 6);
    const points = [
      ...svg.matchAll(/aria-roledescription="point"[^>]*transform="translate\(([^,]+),([^)]+)\)"/g),
    ].map(([, x, y]) => [Number(x), Number(y)]);
    expect(points).toHaveLength(3);
    for (const [x, y] of points) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(680);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(360);
    }
  });

  it('have one at zero on the Pareto front, where no smaller one is as close', () => {
    const of = withMeans([0.04, 0.006, 0]);
    expect(paretoFront(sizedModels(of)).map(({ name }) => name)).toEqual(of.variants.map(({ name }) => name));
    expect(paretoFront(sizedModels(withMeans([0, 0.006, 0]))).map(({ name }) => name)).toEqual(['Q4_K_M']);
    const table = pageCharts(of).charts.find(({ name }) => name === 'size')?.table;
    expect(table?.rows.map(([, , , front]) => front?.shown)).toEqual(['yes', 'yes', 'yes']);
  });

  it('have a counterpart on a dark page for each colour', async () => {
    const known = new Set(colours.map(({ light }) => light));
    for (const picture of [...samples(evidence), ...samples(many)]) {
      const body = (await renderSvg(picture.spec, picture)).replace(/<style>[^]*?<\/style>/, '');
      const used = new Set([...body.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map((match) => match[1] ?? ''));
      for (const none of ['none', 'transparent']) used.delete(none);
      expect([...used].filter((colour) => !known.has(colour))).toEqual([]);
    }
  }, 60_000);

  it('say it when speeds were measured on a busy machine', async () => {
    const { bench } = evidence;
    if (bench === null) throw new Error('no speeds');
    expect(await svgOf(evidence, 'speed')).not.toContain('busy');
    expect(await svgOf({ ...evidence, bench: { ...bench, busy: ['Q4_K_M'] } }, 'speed')).toContain(
      'The machine was busy when some of these were measured, which makes them too low.',
    );
  });

  it('name every model where names are long, and no bar begins left of zero', async () => {
    const long = sampleEvidence({
      variants: ['a', 'b'].map((end) => `Q4_K_M-${'x'.repeat(50)}-${end}`),
      references: false,
    });
    const svg = await svgOf(long, 'speed');
    expect(svg).toMatch(/Q4_K_M-x+…x+-a</);
    expect(svg).toMatch(/Q4_K_M-x+…x+-b</);
    const wild = {
      ...evidence,
      variants: evidence.variants.map((variant) => ({
        ...variant,
        speed: (variant.speed ?? []).map((test) => ({ ...test, tokensPerSecond: { value: 10, error: 20 } })),
      })),
    };
    expect(speedRows(wild).every(({ low }) => low >= 0)).toBe(true);
  });

  it('hold names as text, whatever is in them', async () => {
    const name = '<script>alert(1)</script>&"\u001b\u0000\u202e\ud800\ufffe';
    const corpus = evidence.evaluation?.corpus;
    if (corpus === undefined) throw new Error('no corpus');
    const hostile = {
      ...evidence,
      name,
      evaluation: {
        parameters: evidence.evaluation?.parameters ?? { ctx: 1, chunks: 1, batch: 1, ubatch: 1 },
        corpus: { ...corpus, file: { ...corpus.file, name } },
      },
    };
    const svg = await svgOf(hostile, 'kld-size');
    expect(svg).not.toContain('<script');
    // The first ones no XML may hold: a reader shows an error in place of the picture.
    expect(svg).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\p{NChar}\p{Bidi_Control}]/u);
    expect(svg.match(/&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('name no place and load nothing', async () => {
    for (const name of names)
      expect(await svgOf(evidence, name)).not.toMatch(/href|url\((?!#)|file:|@import/);
  });
});

describe('colours', () => {
  it.each(
    Object.entries({
      ...ink,
      ...Object.fromEntries(series.map((colour, index) => [`series ${index}`, colour])),
    }).filter(([name]) => !['page', 'grid'].includes(name)),
  )('%s stand out from their page', (name, { light, dark }) => {
    const least = ['text', 'quiet'].includes(name) ? 4.5 : 3;
    expect(contrast(light, ink.page.light)).toBeGreaterThanOrEqual(least);
    expect(contrast(dark, ink.page.dark)).toBeGreaterThanOrEqual(least);
  });

  it('of a ramp grow darker on a light page and lighter on a dark one', () => {
    const lightness = (scheme: 'light' | 'dark') => ramp.map((colour) => luminance(colour[scheme]));
    expect(lightness('light')).toEqual([...lightness('light')].sort((a, b) => b - a));
    expect(lightness('dark')).toEqual([...lightness('dark')].sort((a, b) => a - b));
  });
});

/** Contrast as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
