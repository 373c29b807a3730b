import { sha256 } from '../../core/digest.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { GateCheck } from '../../core/generated/gate.generated.js';
import { compareResults } from '../../kld/statistics/compare-results.js';
import { readPageAssets } from '../../steps/evidence/report.js';
import { measuredResult } from '../testing/measured-result.js';
import { sampleEvidence } from '../testing/sample-evidence.js';
import { renderPage, type PageAssets } from './page.js';
import { contentPolicy } from './policy.js';
import { servedPage } from './served.js';

let assets: PageAssets;
let evidence: Evidence;
let page: string;

beforeAll(async () => {
  assets = await readPageAssets();
  evidence = sampleEvidence();
  page = await renderPage([evidence], assets);
});

const duplicates = (text: string): string[] => {
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
  return ids.filter((id, index) => ids.indexOf(id) !== index);
};

describe('renderPage', () => {
  it('gives the same bytes for the same evidence', async () => {
    expect(await renderPage([sampleEvidence()], assets)).toBe(page);
  });

  it('is small with 20 variants of 1,000 tensors', async () => {
    const large = sampleEvidence({
      layers: 130,
      chunks: 580,
      references: false,
      variants: Array.from(
        { length: 20 },
        (_, index) => `${['Q3_K_M', 'Q4_K_M', 'Q5_K_M', 'Q6_K'][index % 4] ?? ''}-${index}`,
      ),
    });
    expect(Object.keys(large.unquantized.tensorTypes).length).toBeGreaterThan(1000);
    expect((await renderPage([large], assets)).length).toBeLessThan(1_500_000);
  });

  it('names nothing outside of itself', () => {
    expect(page).not.toMatch(
      /(?:src|href|action)="(?!#)|url\((?!#)|@import|\bimport\(|\bfetch\(|XMLHttpRequest|WebSocket|EventSource/,
    );
    expect(page.match(/https?:\/\/[^\s"'<]+/g) ?? []).toEqual([]);
  });

  it('forbids the network, and allows its own script by its digest', () => {
    expect(page).toContain(`content="${contentPolicy([assets.script]).replaceAll("'", '&#39;')}"`);
    const [, script = ''] = /<script>([^]*?)<\/script>/.exec(page) ?? [];
    expect(contentPolicy([script])).toBe(contentPolicy([assets.script]));
    expect(contentPolicy([script])).toMatch(/^default-src 'none'; connect-src 'none'; /);
  });

  it('shows each figure with its error, and what is missing as missing', async () => {
    for (const { measurement } of evidence.variants) {
      const { value, error } = measurement?.statistics.kldNats.mean ?? { value: 0, error: null };
      expect(page).toContain(`${value.toFixed(6)} <span class="error">± ${error?.toFixed(6) ?? ''}</span>`);
    }
    const bare = await renderPage(
      [
        {
          ...evidence,
          bench: null,
          imatrix: null,
          evaluation: null,
          references: [],
          runs: [],
          unquantized: { ...evidence.unquantized, speed: null },
          variants: evidence.variants.map((variant) => ({
            ...variant,
            measurement: null,
            speed: null,
            plan: null,
          })),
        },
      ],
      assets,
    );
    expect(bare).toContain(
      'Not measured: Divergence against size, Spread over tokens, Mean as more text is read, Speed.',
    );
    expect(bare.match(/not measured/g)?.length).toBeGreaterThan(evidence.variants.length * 6);
    expect(bare.replaceAll(/<script>[^]*?<\/script>/g, '')).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('shows what was measured differently apart from the others, with the reason', async () => {
    const [first, ...others] = evidence.variants;
    if (first?.measurement == null) throw new Error('the sample lacks what is tested');
    const told = await renderPage(
      [
        {
          ...evidence,
          variants: [{ ...first, measurement: null }, ...others],
          apart: [{ name: first.name, measurement: first.measurement, why: ['the chunks: 4, not <40>'] }],
        },
      ],
      assets,
    );
    const mean = first.measurement.statistics.kldNats.mean.value.toFixed(6);
    expect(told).toMatch(
      new RegExp(
        `<div class="apart"><p><strong>Apart.</strong> Measured differently, [^<]*</p><ul><li><strong>Q4_K_M</strong>: mean KLD ${mean} [^<]*; the chunks: 4, not &#60;40&#62;</li>`,
      ),
    );
    expect(told.match(/<span class="missing">apart<\/span>/g)).toHaveLength(6);
    expect(told.split(mean)).toHaveLength(2);
    expect(page).not.toContain('class="apart"');
  });

  it('says beside each variant whether it holds its gates', async () => {
    const check: GateCheck = {
      variant: 'Q4_K_M',
      metric: 'meanKld',
      relation: 'atMost',
      limit: 1,
      than: null,
      apart: [],
      measured: 0.5,
      error: null,
      passed: true,
      missedBy: null,
    };
    const gates = [[check], [check, { ...check, limit: 0.1, passed: false, missedBy: 0.4 }], null];
    const told = await renderPage(
      [
        {
          ...evidence,
          variants: evidence.variants.map((variant, index) => ({ ...variant, gates: gates[index] ?? null })),
        },
      ],
      assets,
    );
    const [, table = ''] = /<table id="m0-models"([^]*?)<\/table>/.exec(told) ?? [];
    const cells = (text: string) =>
      [...text.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) =>
        cell.replaceAll(/<[^>]+>/g, ''),
      );
    const [head = '', ...rows] = table.split('<tr').slice(1);
    const column = cells(head).indexOf('Gates');
    expect(rows.map((row) => cells(row)[column])).toEqual([
      '1 passed',
      '1 of 2 failed',
      'none',
      '–',
      '–',
      '–',
    ]);
  });

  it('says which of two is closer, and that the tool does not print it', async () => {
    const [own, other] = [evidence.variants[0], evidence.references[0]];
    if (own === undefined || other === undefined) throw new Error('the sample lacks what is compared');
    const compared = compareResults(
      { name: own.name, result: measuredResult(own.measurement) },
      { name: other.name, result: measuredResult(other.measurement) },
      { confidencePercent: 95 },
    );
    const difference = compared.metrics[0]?.difference;
    const told = await renderPage([{ ...evidence, comparisons: [compared] }], assets);
    expect(told).toContain('Q4_K_M − maker-Q4_K_M');
    expect(told).toContain(`data-sort="${difference?.mean ?? ''}"`);
    expect(told).toContain('These are no figures of llama-perplexity.');
  });

  it.each([
    '</script><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</style><b>',
    '<!--',
    'a\u2028b',
    'a\u202eb\u2066c\u009bd\u200be\ufffe',
  ])('takes %s for text, wherever it stands', async (hostile) => {
    const [first, ...others] = evidence.variants;
    if (first === undefined) throw new Error('the sample has no variants');
    const type = first.plan?.tensors[1];
    // The schema of the model file allows no line ends in names of variants and references.
    const name = hostile.replaceAll('\u2028', '');
    const attacked = await renderPage(
      [
        {
          ...evidence,
          name: hostile,
          description: hostile,
          project: hostile,
          source: {
            ...evidence.source,
            origin: { ...evidence.source.origin, repository: hostile, commit: hostile },
          },
          imatrix:
            evidence.imatrix === null ? null : { ...evidence.imatrix, datasets: [hostile], chunks: hostile },
          variants: [
            {
              ...first,
              name,
              ftype: hostile,
              tensorTypes: { ...first.tensorTypes, [hostile]: 'q4_K' },
              plan:
                first.plan === null || type === undefined
                  ? null
                  : {
                      ...first.plan,
                      tensors: [
                        ...first.plan.tensors,
                        { ...type, name: hostile, because: { kind: 'rule', rule: hostile, line: 1 } },
                      ],
                    },
            },
            ...others,
          ],
          references: evidence.references.map((reference) => ({
            ...reference,
            name: `r${name}`,
            origin: { ...reference.origin, type: 'git', url: hostile },
          })),
          runs: [
            {
              target: hostile,
              actionKey: sha256('x'),
              inputs: [{ role: hostile, name: hostile, sha256: sha256('y') }],
              outputs: [{ name: hostile, sizeBytes: 1, sha256: sha256('z') }],
              commands: [[hostile]],
            },
          ],
        },
      ],
      assets,
    );
    const tags = (text: string) => [...new Set(text.match(/<\/?[a-z!][^\s>]*/gi))].sort();
    expect(tags(attacked).filter((tag) => !tags(page).includes(tag))).toEqual([]);
    expect(attacked.match(/<script/g)).toHaveLength(2);
    expect(attacked).not.toMatch(/<[^>"]*\son\w+=/);
    expect(attacked).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cs}\p{NChar}\p{Bidi_Control}\u200b\u2028\u2029]/u);
  });

  it('has every id once, with one model and with several', async () => {
    expect(duplicates(page)).toEqual([]);
    const both = await renderPage(
      [evidence, { ...sampleEvidence({ variants: ['Q4_K_M'] }), name: 'Other' }],
      assets,
    );
    expect(duplicates(both)).toEqual([]);
    expect(both).toMatch(/<h2 id="m1-name">Other<\/h2>/);
    for (const [, target = ''] of both.matchAll(/href="#([^"]+)"/g))
      expect(both).toContain(` id="${target}"`);
  });

  it('may, when it is served, ask whether it changed, and nothing more', () => {
    const served = servedPage(page);
    const scripts = [...served.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script = '']) => script);
    expect(scripts).toHaveLength(2);
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(served) ?? [];
    for (const script of scripts)
      expect(policy.replaceAll('&#39;', "'")).toContain(
        contentPolicy([script]).split('; ')[2]?.replace('script-src ', '') ?? 'none',
      );
    expect(policy).toContain('connect-src &#39;self&#39;;');
    expect(() => servedPage('<html>')).toThrow('no page');
  });
});
