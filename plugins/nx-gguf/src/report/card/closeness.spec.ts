import type { Evidence } from '../../core/generated/evidence.generated.js';
import { compareResults } from '../../kld/statistics/compare-results.js';
import { picturesOf } from '../pictures/pictures.js';
import { readCard, tableOf } from '../testing/read-card.js';
import { measuredResult } from '../testing/measured-result.js';
import { sampleEvidence } from '../testing/sample-evidence.js';
import { renderPage } from '../page/page.js';
import { renderCard } from './render.js';
import { cardValues } from './values.js';

const evidence = sampleEvidence();
function read(of: Evidence, parts: Partial<Parameters<typeof renderCard>[1]> = {}) {
  return readCard(renderCard(of, { pictures: picturesOf(of), ...parts }));
}
const card = read(evidence);

describe('which of two is closer', () => {
  const [own, other] = [evidence.variants[0], evidence.references[0]];
  if (own?.measurement?.running == null || other?.measurement?.running == null)
    throw new Error('the sample lacks what is compared');
  const compared = compareResults(
    { name: own.name, result: measuredResult(own.measurement) },
    { name: other.name, result: measuredResult(other.measurement) },
    { confidencePercent: 95 },
  );
  const [kld, , sameTop] = compared.metrics;

  it('stands in a table with difference, interval and confidence, and says that the tool does not print them', () => {
    const told = read({ ...evidence, comparisons: [compared] });
    const rows = tableOf(told, 'Compared', 'Difference of');
    const cells = [
      [kld, 6],
      [sameTop, 3],
    ].map(([of, digits]) => {
      const { difference } = of as NonNullable<typeof kld>;
      const text = (value: number | undefined) => value?.toFixed(digits as number);
      return [
        `${text(difference?.mean)} ± ${text(difference?.error)}`,
        `${text(difference?.interval?.low)} to ${text(difference?.interval?.high)}`,
      ];
    });
    expect(rows.map(([, , difference, interval]) => [difference, interval])).toEqual(cells);
    expect(rows.map(([pair, , , , closer]) => [pair, closer])).toEqual([
      ['Q4_K_M − maker-Q4_K_M', 'Q4_K_M, > 99.9 %'],
      ['Q4_K_M − maker-Q4_K_M', expect.stringMatching(/^(Q4_K_M, |undecided)/)],
    ]);
    expect(told.body).toContain(
      `These are no figures of llama-perplexity. They are computed from the values that it prints after each chunk, without its assumption that tokens are independent: studentized circular block bootstrap over chunks, ${kld?.difference?.blocks ?? 0} blocks of ${kld?.difference?.blockChunks ?? 0} for the mean KLD, 9999 resamples.`,
    );
  });

  it('is not told where nothing was compared, and not decided where there is too little text', () => {
    expect(card.body).not.toContain('Compared');
    const few = {
      ...compared,
      chunks: 4,
      metrics: compared.metrics.map((metric) => ({ ...metric, difference: null, closer: null })),
    };
    const told = read({ ...evidence, comparisons: [few] });
    expect(tableOf(told, 'Compared', 'Difference of').map((row) => row.slice(2))).toEqual([
      ['unknown', 'unknown', 'undecided'],
      ['unknown', 'unknown', 'undecided'],
    ]);
    expect(told.body).toContain('4 chunks are too few to tell how sure a difference is; 8 are needed.');
  });
});

describe('the perplexity', () => {
  const [own] = evidence.variants;
  if (own?.measurement == null) throw new Error('the sample lacks a measurement');
  const { statistics } = own.measurement;
  const estimate = (value: number, error = 0.0005) => ({ value, error });
  /** A flat model: what is recomputed from kept logits is too low. */
  const flat = {
    ...evidence,
    variants: [
      {
        ...own,
        measurement: {
          ...own.measurement,
          statistics: {
            ...statistics,
            perplexity: {
              ...statistics.perplexity,
              variant: estimate(24645.4),
              base: estimate(24717.127, 120.5),
              ratio: estimate(0.9971),
              recomputedBase: estimate(24554.1151),
              recomputedRatio: estimate(1.0037),
            },
          },
        },
      },
      ...evidence.variants.slice(1),
    ],
  };

  it('of the unquantized model is what its own pass printed, and the ratio is to it', () => {
    const told = read(flat);
    const rows = new Map(
      tableOf(told, 'Metric', ...flat.variants.map(({ name }) => name)).map(([label, first]) => [
        label,
        first,
      ]),
    );
    expect(rows.get('Perplexity / unquantized')).toBe('0.997100 ± 0.000500');
    expect(rows.get('Mean PPL(Q)/PPL(base) of llama-perplexity')).toBe('1.003700 ± 0.000500');
    expect(told.body).toContain('whose perplexity there is 24717.1270 ± 120.5000.');
    expect(told.body).toContain(
      "nats, 24554.1151. For Q4_K_M llama-perplexity's own ratio is off by more than",
    );
    expect(cardValues(flat)).toContainEqual(['evaluation.perplexity', '24717.1270 ± 120.5000']);
  });

  it('warns of nothing where both ratios are the same within their error', () => {
    expect(card.body).toContain('with a floor of 16 nats');
    expect(card.body).not.toContain('own ratio is off');
  });

  it('that misleads is told on the page too', async () => {
    const pageOf = (of: typeof evidence) => renderPage([of], { style: '', script: '' });
    expect(await pageOf(flat)).toContain('own ratio is off by more than the error that it prints');
    expect(await pageOf(evidence)).not.toContain('own ratio is off');
  });
});
