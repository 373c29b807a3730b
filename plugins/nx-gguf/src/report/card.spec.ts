import type { KldStatistics } from '../kld/perplexity-log.js';
import { renderCard, type CardData } from './card.js';
import { estimateText } from './numbers.js';
import { shellLine } from './shell-line.js';

const estimate = (value: number) => ({ value, error: value / 100 });
const spread = (value: number) => ({
  mean: estimate(value), maximum: value * 9, percentile99_9: value * 8, percentile99: value * 7, percentile95: value * 6, percentile90: value * 5,
  median: value, percentile10: value / 2, percentile5: value / 3, percentile1: value / 4, percentile0_1: value / 5, minimum: 0,
});
const statistics = (value: number): KldStatistics => ({
  chunks: 8,
  perplexity: { variant: estimate(12), base: estimate(11), correlationPercent: 99, logRatio: estimate(0.01), ratio: estimate(1.01), difference: estimate(0.1) },
  kldNats: spread(value),
  deltaProbabilityPercent: { ...spread(1), percentile75: 1, percentile25: -1, rms: estimate(2) },
  sameTopPercent: estimate(90),
});
const file = (name: string) => ({ name, sizeBytes: 3 << 20, sha256: 'ab'.repeat(32) });
const card: CardData = {
  name: 'M', description: 'A model.',
  unquantized: { files: [file('M-BF16.gguf')], bitsPerWeight: 16, perplexity: 11.5 },
  variants: [
    { name: 'Q4', files: [file('M-Q4.gguf')], ftype: 'Q4_K_M', bitsPerWeight: 4.5, rules: 'a=q8_0\n', tensorTypes: [['q4_K', 3], ['q8_0', 1]], statistics: statistics(0.03) },
    { name: 'Q6', files: [file('M-Q6.gguf')], ftype: 'Q6_K', bitsPerWeight: 6.6, rules: null, tensorTypes: [['q6_K', 4]], statistics: null },
  ],
  imatrix: { name: 'imatrix.gguf', sha256: 'cd'.repeat(32) },
  evaluation: { corpus: { name: 'wiki.test.raw', sizeBytes: null, sha256: 'ef'.repeat(32) }, chunks: 8, ctx: 512 },
  toolchain: [['build compiler', 'GNU 12.2.0']],
  commands: [['llama-quantize', 'M.gguf', 'it\'s {x}.gguf', 'Q4_K_M']],
};

function tableAfter(markdown: string, heading: string): string[][] {
  const lines = markdown.slice(markdown.indexOf(heading)).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start, start + length).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

describe('renderCard', () => {
  const text = renderCard(card);

  it('gives the same bytes for the same data', () => {
    expect(renderCard(structuredClone(card))).toBe(text);
  });

  it('lists every file with size, bits per weight and digest', () => {
    expect(tableAfter(text, '## Files').slice(2)).toEqual([
      ['`M-BF16.gguf`', 'unquantized', '3 MiB', '16.00', `\`${'ab'.repeat(32)}\``],
      ['`M-Q4.gguf`', 'Q4_K_M', '3 MiB', '4.50', `\`${'ab'.repeat(32)}\``],
      ['`M-Q6.gguf`', 'Q6_K', '3 MiB', '6.60', `\`${'ab'.repeat(32)}\``],
    ]);
  });

  it('shows the eleven metrics in order, and what was not measured as not measured', () => {
    const rows = tableAfter(text, '## KL divergence');
    expect(rows[0]).toEqual(['KLD', 'Q4', 'Q6']);
    expect(rows.slice(2).map(([label]) => label)).toEqual(['Mean', 'Maximum', '99.9 %', '99 %', '95 %', '90 %', 'Median', '10 %', '5 %', '1 %', '0.1 %']);
    expect(rows[2]).toEqual(['Mean', '0.030000 ± 0.000300', 'not measured']);
    expect(rows[3]).toEqual(['Maximum', '0.270000', 'not measured']);
  });

  it('names corpus, rules, importance matrix and tools', () => {
    for (const part of ['wiki.test.raw', 'ef'.repeat(32), 'rules of Q4 ', 'a=q8_0', 'cd'.repeat(32), 'GNU 12.2.0']) expect(text).toContain(part);
  });

  it('says so when nothing was measured', () => {
    const unmeasured = renderCard({ ...card, evaluation: null, imatrix: null });
    expect(unmeasured.match(/Not measured\./g)).toHaveLength(2);
    expect(unmeasured).toContain('without an importance matrix');
  });
});

describe('estimateText', () => {
  it.each([
    [{ value: 0.036272, error: 0.000154 }, 6, '0.036272 ± 0.000154'],
    [{ value: 1, error: null }, 2, '1.00'],
  ])('%j with %i digits', (value, digits, text) => {
    expect(estimateText(value, digits)).toBe(text);
  });
});

describe('shellLine', () => {
  it.each([
    [['a', 'b.c', '--x=1'], 'a b.c --x=1'],
    [['a b', '$x', ''], "'a b' '$x' ''"],
    [["it's"], String.raw`'it'\''s'`],
    [['{output}', '*'], "'{output}' '*'"],
  ])('%j', (argv, line) => {
    expect(shellLine(argv)).toBe(line);
  });
});
