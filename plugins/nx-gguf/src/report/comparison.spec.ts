import type { KldStatistics } from '../kld/perplexity-log.js';
import { comparisons, type CardReference } from './comparison.js';
import type { CardVariant } from './card.js';

const distribution = (value: number) => ({
  mean: { value, error: 0.001 }, maximum: value * 10, percentile99_9: value * 5, percentile99: value * 4, percentile95: value * 3, percentile90: value * 2, median: value, percentile10: value / 2, percentile5: value / 3, percentile1: -0.00001, percentile0_1: 0.000002, minimum: -1,
});

const statistics = (kld: number): KldStatistics => ({
  chunks: 1,
  perplexity: { variant: { value: 10, error: 1 }, base: { value: 10, error: 1 }, correlationPercent: 99, logRatio: { value: 0, error: 0 }, ratio: { value: 1 + kld, error: 0.01 }, difference: { value: 0, error: 0 } },
  kldNats: distribution(kld),
  deltaProbabilityPercent: { ...distribution(kld), percentile75: 1, percentile25: 1, rms: { value: kld * 100, error: 0.1 } },
  sameTopPercent: { value: 100 - kld * 100, error: 0.1 },
});

const variant = (kld: number | null): CardVariant => ({ name: 'Q4', files: [{ name: 'm-Q4.gguf', sizeBytes: 2048, sha256: 'b'.repeat(64) }], ftype: 'Q4_K_M', bitsPerWeight: 5, rules: null, tensorTypes: [], statistics: kld === null ? null : statistics(kld) });
const reference = (overrides: Partial<CardReference> = {}): CardReference => ({ name: 'theirs', compareWith: 'Q4', files: [{ name: 't.gguf', sizeBytes: 1024, sha256: 'a'.repeat(64) }], bitsPerWeight: 4.5, statistics: statistics(0.036), ...overrides });
const row = (parts: readonly string[], label: string) => parts.join('\n').split('\n').find((line) => line.startsWith(`| ${label} `))?.split('|').slice(2, -1).map((cell) => cell.trim());

describe('comparisons', () => {
  it('is nothing without references', () => {
    expect(comparisons({ variants: [variant(0.03)] })).toEqual([]);
  });

  it('puts a reference beside its variant, and marks the better value of each metric', () => {
    const parts = comparisons({ references: [reference()], variants: [variant(0.03)] });
    expect(row(parts, 'Metric')).toEqual(['theirs', 'Q4 (this)']);
    expect(row(parts, 'Size')).toEqual(['1 KiB', '2 KiB']);
    expect(row(parts, 'KLD mean')).toEqual(['0.036000 ± 0.001000', '**0.030000 ± 0.001000**']);
    expect(row(parts, 'KLD maximum')).toEqual(['0.360000', '**0.300000**']);
    expect(row(parts, 'Perplexity, ratio to unquantized')).toEqual(['1.036000 ± 0.010000', '**1.030000 ± 0.010000**']);
    expect(row(parts, 'Same top token, %')).toEqual(['96.400 ± 0.100', '**97.000 ± 0.100**']);
  });

  it('marks theirs when it is better, and neither when they are equal', () => {
    expect(row(comparisons({ references: [reference()], variants: [variant(0.04)] }), 'KLD mean')).toEqual(['**0.036000 ± 0.001000**', '0.040000 ± 0.001000']);
    expect(row(comparisons({ references: [reference()], variants: [variant(0.04)] }), 'KLD 1 %')).toEqual(['-0.000010', '-0.000010']);
  });

  it('says what was not measured, and shows a reference alone', () => {
    expect(row(comparisons({ references: [reference({ statistics: null })], variants: [variant(null)] }), 'KLD mean')).toEqual(['not measured', 'not measured']);
    expect(row(comparisons({ references: [reference({ compareWith: null })], variants: [variant(0.03)] }), 'KLD mean')).toEqual(['0.036000 ± 0.001000']);
  });
});
