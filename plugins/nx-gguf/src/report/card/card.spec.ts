import type { Evidence } from '../../core/generated/evidence.generated.js';
import { sizeText } from '../numbers.js';
import { picturesOf } from '../pictures/pictures.js';
import { readCard, tableOf } from '../testing/read-card.js';
import { sampleEvidence } from '../testing/sample-evidence.js';
import { cardLabel, cardMetrics } from './metrics.js';
import { renderCard } from './render.js';
import { workLines } from './work-lines.js';

const evidence = sampleEvidence();
const hostile = 'a|b`c`<script>alert(1)</script> [x](javascript:y) **z** _w_ {{name}} \n# h';
function read(of: Evidence, parts: Partial<Parameters<typeof renderCard>[1]> = {}) {
  return readCard(renderCard(of, { pictures: picturesOf(of), ...parts }));
}
const card = read(evidence);
const estimate = ({ value, error }: { value: number; error: number | null }, digits: number): string =>
  `${value.toFixed(digits)} ± ${(error ?? 0).toFixed(digits)}`;

describe('a card, read back by parsers of YAML and Markdown', () => {
  it('is the same bytes for the same evidence', () => {
    expect(renderCard(structuredClone(evidence), { pictures: picturesOf(evidence) })).toBe(card.text);
  });

  it('says in its front matter what it was made from, and takes the rest from the source', () => {
    expect(card.front).toEqual({
      base_model: 'maker/Sample-1B',
      base_model_relation: 'quantized',
      license: 'apache-2.0',
      language: ['en', 'de'],
      pipeline_tag: 'text-generation',
      library_name: 'gguf',
      tags: ['gguf', 'llama.cpp', 'imatrix', 'sample'],
    });
    const settings = {
      quantizedBy: 'me',
      baseModel: 'x/y',
      license: 'mit',
      languages: ['no'],
      tags: ['extra'],
      pipelineTag: 'other',
      libraryName: 'llama.cpp',
    };
    expect(read(evidence, { settings }).front).toEqual({
      base_model: 'x/y',
      base_model_relation: 'quantized',
      quantized_by: 'me',
      license: 'mit',
      language: ['no'],
      pipeline_tag: 'other',
      library_name: 'llama.cpp',
      tags: ['gguf', 'llama.cpp', 'imatrix', 'sample', 'extra'],
    });
    expect(read(evidence, { settings }).text).toContain('- "no"');
    const { origin } = evidence.source;
    const local = {
      ...evidence,
      source: { ...evidence.source, origin: { ...origin, type: 'path' as const, repository: null } },
    };
    expect(read(local).front).toMatchObject({ base_model: ['other/Sample-1B-Base'] });
    expect(read(local).front).not.toHaveProperty('base_model_relation');
  });

  it('lists every file with type, size, bits per weight and digest', () => {
    const rows = tableOf(card, 'File', 'Type', 'Size');
    const expected = [...evidence.variants, { ...evidence.unquantized, ftype: 'unquantized' }].flatMap(
      ({ files, ftype, bitsPerWeight }) =>
        files.map(({ name, sizeBytes, sha256 }) => [
          name,
          ftype,
          sizeText(sizeBytes ?? 0),
          bitsPerWeight?.toFixed(2),
          sha256,
        ]),
    );
    expect(rows.map(([name, type, size, bits, , digest]) => [name, type, size, bits, digest])).toEqual(
      expected,
    );
    expect(rows.map((row) => row[4])).toEqual([
      'smallest',
      '',
      'closest to the unquantized model',
      'source of the others, not published here',
    ]);
  });

  it('links to the files that are published with it, and to no other', () => {
    const links = (parts: Partial<Parameters<typeof renderCard>[1]>) =>
      read(evidence, parts).links.filter((link) => link.endsWith('.gguf'));
    const variants = evidence.variants.flatMap(({ files }) => files.map(({ name }) => name));
    expect(links({})).toEqual(variants);
    expect(links({ published: new Set(['Sample-1B-Q6_K.gguf', 'Sample-1B-BF16.gguf']) })).toEqual([
      'Sample-1B-Q6_K.gguf',
      'Sample-1B-BF16.gguf',
    ]);
    expect(links({ published: new Set() })).toEqual([]);
    const uses = tableOf(read(evidence, { published: new Set(['Sample-1B-BF16.gguf']) }), 'File', 'Type');
    expect(uses.map((row) => row[4])).toEqual([
      'smallest, not published here',
      'not published here',
      'closest to the unquantized model, not published here',
      'source of the others',
    ]);
  });

  it('lists the parts of an unquantized model that is published in parts', () => {
    const parts = [1, 2].map((part) => ({
      name: `Sample-1B-BF16-0000${part}-of-00002.gguf`,
      sizeBytes: part << 20,
      sha256: String(part).repeat(64),
    }));
    const command = ['llama-gguf-split', '--split', '--split-max-size', '40G', 'x.gguf', 'out/x'];
    const cut = {
      ...evidence,
      unquantized: { ...evidence.unquantized, split: { files: parts, commands: [command] } },
    };
    const names = parts.map(({ name }) => name);
    const rows = tableOf(read(cut, { published: new Set(names) }), 'File', 'Type', 'Size').slice(-2);
    expect(rows.map(([name, , , , use]) => [name, use])).toEqual([
      [names[0], 'part 1 of 2, source of the others'],
      [names[1], 'part 2 of 2, source of the others'],
    ]);
    expect(workLines(cut)).toEqual(
      expect.arrayContaining([command.join(' '), ...parts.map(({ name, sha256 }) => `${sha256}  ${name}`)]),
    );
  });

  it('lists the parts of a file that is published in parts, and no file that is not there', () => {
    const [first, ...others] = evidence.variants;
    if (first === undefined) throw new Error('no variant');
    const parts = [1, 2].map((part) => ({
      name: `Sample-1B-Q4_K_M-0000${part}-of-00002.gguf`,
      sizeBytes: part << 20,
      sha256: String(part).repeat(64),
    }));
    const split = {
      files: parts,
      commands: [
        [
          'llama-gguf-split',
          '--split',
          '--split-max-size',
          '40G',
          'Sample-1B-Q4_K_M.gguf',
          'out/Sample-1B-Q4_K_M',
        ],
      ],
    };
    const cut = { ...evidence, variants: [{ ...first, split }, ...others] };
    const rows = tableOf(read(cut), 'File', 'Type', 'Size');
    expect(rows.slice(0, 2).map(([name, , size, , use, digest]) => [name, size, use, digest])).toEqual(
      parts.map(({ name, sizeBytes, sha256 }, index) => [
        name,
        sizeText(sizeBytes),
        `part ${index + 1} of 2, smallest`,
        sha256,
      ]),
    );
    expect(rows.map(([name]) => name)).not.toContain('Sample-1B-Q4_K_M.gguf');
    expect(workLines(cut)).toEqual(
      expect.arrayContaining([
        split.commands[0]?.join(' '),
        ...[...first.files, ...parts].map(({ name, sha256 }) => `${sha256}  ${name}`),
      ]),
    );
  });

  it('has every metric of every variant', () => {
    const rows = tableOf(card, 'Metric', 'Q4_K_M', 'Q5_K_M', 'Q6_K');
    const of = (label: string) => rows.find(([first]) => first === label)?.slice(1);
    const statistics = evidence.variants.map(({ measurement }) => measurement?.statistics);
    expect(of('Mean KLD')).toEqual(statistics.map((one) => one && estimate(one.kldNats.mean, 6)));
    for (const [label, key] of [
      ['Maximum KLD', 'maximum'],
      ['99.9 % KLD', 'percentile99_9'],
      ['99 % KLD', 'percentile99'],
      ['Median KLD', 'median'],
      ['0.1 % KLD', 'percentile0_1'],
    ] as const)
      expect(of(label)).toEqual(statistics.map((one) => one?.kldNats[key].toFixed(6)));
    expect(of('Same top token, %')).toEqual(statistics.map((one) => one && estimate(one.sameTopPercent, 3)));
    expect(of('Perplexity')).toEqual(statistics.map((one) => one && estimate(one.perplexity.variant, 4)));
  });

  it('puts each variant beside its reference, the better value bold', () => {
    const rows = tableOf(card, 'Metric', 'maker-Q4_K_M', 'Q4_K_M (this)');
    expect(rows.slice(0, 3).map(([label]) => label)).toEqual(['Size', 'Bits per weight', 'Mean KLD']);
    expect(card.body).toMatch(/\| Mean KLD +\| +[\d.]+ ±\u00a0[\d.]+ +\| +\*\*[\d.]+ ±\u00a0[\d.]+\*\* \|/);
    expect(card.body).toMatch(/\| Size +\| +[\d.]+\u00a0MiB +\| +[\d.]+\u00a0MiB \|/);
  });

  it('tells what was measured differently apart, with the reason and in no table', () => {
    const [first, ...others] = evidence.variants;
    if (first === undefined) throw new Error('no variant');
    const apart = {
      ...evidence,
      variants: [{ ...first, measurement: null }, ...others],
      apart: [
        {
          name: first.name,
          measurement: first.measurement,
          why: ['the chunks: 4, not 40', `the text: ${hostile}`] as [string, ...string[]],
        },
      ],
    };
    const told = read(apart);
    const mean = first.measurement === null ? '' : estimate(first.measurement.statistics.kldNats.mean, 6);
    expect(told.text).toContain(
      `Measured differently, and so not to be compared with any other figure here:\n\n- **Q4_K_M**: mean KLD ${mean}, same top `,
    );
    expect(told.text).toContain('; the chunks: 4, not 40; ');
    expect(tableOf(told, 'Metric', 'Q4_K_M', 'Q5_K_M', 'Q6_K').map(([, own]) => own)).toEqual(
      tableOf(told, 'Metric', 'Q4_K_M', 'Q5_K_M', 'Q6_K').map(() => 'measured differently'),
    );
    expect(
      told.text.split('\n').filter((line) => line.startsWith('|') && line.includes(mean.slice(0, 8))),
    ).toEqual([]);
    expect(
      read(apart, { template: { file: 'card.md', text: '{{variant.Q4_K_M.meanKld}}' } }).body.trim(),
    ).toBe('measured differently');
    expect(told.text).not.toContain('<script>');
  });

  it.each(cardMetrics('files', 'divergence', 'others'))(
    'has the placeholder $name, with the figure of the tables',
    (metric) => {
      const text = `| {{variant.Q4_K_M.${metric.name}}} | {{reference.maker-Q4_K_M.${metric.name}}} |`;
      const { body } = read(evidence, { template: { file: 'card.md', text } });
      const rows = tableOf(card, 'Metric', 'maker-Q4_K_M', 'Q4_K_M (this)');
      const [, theirs, own] = rows.find(([label]) => label === cardLabel(metric)) ?? [];
      expect(body.trim().replaceAll('\u00a0', ' ')).toBe(`| ${own} | ${theirs} |`);
    },
  );

  it.each([
    ['kld', 'meanKld'],
    ['kld-99', 'percentile99Kld'],
    ['kld-maximum', 'maximumKld'],
    ['perplexity-ratio', 'perplexityRatio'],
    ['same-top', 'sameTopPercent'],
    ['bits-per-weight', 'bitsPerWeight'],
  ])('knows no placeholder of the name %s, and suggests %s', (former, name) => {
    const text = `{{variant.Q4_K_M.${former}}}`;
    expect(() => read(evidence, { template: { file: 'card.md', text } })).toThrow(
      expect.objectContaining({
        code: 'BAD_CARD_TEMPLATE',
        message: `card.md:1: there is no placeholder "variant.Q4_K_M.${former}" (did you mean 'variant.Q4_K_M.${name}'?)`,
      }) as Error,
    );
  });

  it('names the machine of the speeds', () => {
    expect(tableOf(card, 'Model', 'Prompt of 512 tokens').map(([name]) => name)).toEqual([
      'unquantized',
      ...evidence.variants.map(({ name }) => name),
    ]);
    expect(card.body).toContain('Example CPU 3000, 8 cores, 32 GiB, linux x64');
  });

  it("tells each tensor's type with its reason, and side effects in words", () => {
    const rows = tableOf(card, 'Tensor', 'Layers', 'Tensors', 'Size', 'Type', 'Plain Q4_K_M');
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBe(
      evidence.variants[0]?.plan?.tensors.length,
    );
    expect(rows.find(([tensor]) => tensor === 'ssm_out')?.at(-1)).toBe(
      String.raw`rule \.ssm_out\.weight$=q8_0`,
    );
    expect(card.body).toMatch(
      /\*\*Q4_K_M\*\*: \d+ tensors have another type than in a plain Q4_K_M although no rule names them/,
    );
  });

  it('shows the pictures that there are by relative paths', () => {
    expect(card.images.map(({ href }) => href).sort()).toEqual(
      picturesOf(evidence)
        .map(({ file }) => file)
        .sort(),
    );
  });

  it('shows what was not measured as not measured', () => {
    const [first, ...others] = evidence.variants;
    if (first === undefined) throw new Error('no variant');
    const part = read({ ...evidence, variants: [{ ...first, measurement: null, speed: null }, ...others] });
    expect(tableOf(part, 'Metric', 'Q4_K_M').map((row) => row[1])).toEqual(
      cardMetrics('divergence', 'others').map(() => 'not measured'),
    );
    const none = {
      ...evidence,
      evaluation: null,
      bench: null,
      references: [],
      variants: evidence.variants.map((variant) => ({ ...variant, measurement: null, speed: null })),
      unquantized: { ...evidence.unquantized, speed: null },
    };
    expect(read(none).body.match(/^Not measured\.$/gm)).toHaveLength(2);
    expect(read(none).body).not.toContain('kld-size');
  });
});

describe('what comes from elsewhere', () => {
  const acting = '\u001b]8;;x\u0007\u009b\u202e\u2066\u200b\ud800';
  const corpusName = `\`|<b> https://evil.example/ www.evil.example a@evil.example ${acting}`;
  const named = {
    ...evidence,
    description: hostile,
    source: {
      ...evidence.source,
      card: {
        ...(evidence.source.card ?? {
          license: null,
          licenseName: null,
          licenseLink: null,
          languages: [],
          pipelineTag: null,
          baseModels: [],
        }),
        tags: ['a: b', '"x"', `y${acting}`],
      },
    },
  };
  const bad = read({
    ...named,
    variants: evidence.variants.map((variant) => ({ ...variant, rules: `${acting}=q8_0` })),
    references: evidence.references.map((reference) => ({
      ...reference,
      files: reference.files.map((file) => ({ ...file, name: `${hostile.replaceAll('\n', '')}${acting}` })),
    })),
    evaluation: evidence.evaluation && {
      ...evidence.evaluation,
      corpus: {
        ...evidence.evaluation.corpus,
        file: { ...evidence.evaluation.corpus.file, name: corpusName },
      },
    },
  });

  it('stays text: no markup, no HTML, no placeholder', () => {
    expect(bad.html).not.toMatch(/<script|href="javascript|<strong>z|<b>|<h1>h/);
    expect(bad.body).toContain('{{name}}');
    expect(bad.tables.length).toBe(card.tables.length);
    expect(bad.front['tags']).toEqual(['gguf', 'llama.cpp', 'imatrix', 'a: b', '"x"', `y${acting}`]);
  });

  it('makes no link, and holds nothing that is not seen', () => {
    expect(bad.links.filter((link) => link.includes('evil'))).toEqual([]);
    expect(bad.body).toContain('evil.example');
    expect(bad.text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\p{Bidi_Control}\u200b\u2028\u2029]/u);
  });
});
