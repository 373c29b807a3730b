import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import type { KldStatistics } from '../kld/perplexity-log.js';
import { statisticRows } from '../kld/statistic-rows.js';
import type { CardFile, CardVariant } from './card.js';
import { estimateText } from './numbers.js';

/** A GGUF that somebody else made. */
export interface CardReference {
  name: string;
  /** The variant it stands beside, or null for none. */
  compareWith: string | null;
  files: readonly CardFile[];
  bitsPerWeight: number | null;
  statistics: KldStatistics | null;
}

type Compared = Pick<CardReference, 'files' | 'bitsPerWeight' | 'statistics'>;

/** One metric of two models: how it is shown, and a measure of which smaller is better; null where there is no better. */
interface Metric {
  label: string;
  shown: (of: Compared) => string | null;
  badness: ((of: KldStatistics) => number) | null;
}

const metrics: readonly Metric[] = [
  { label: 'Size', shown: ({ files }) => sizeText(files), badness: null },
  { label: 'Bits per weight', shown: ({ bitsPerWeight }) => bitsPerWeight?.toFixed(2) ?? null, badness: null },
  ...statisticRows.map(({ key, label }): Metric => ({
    label: `KLD ${label.toLowerCase()}`,
    shown: ({ statistics }) => {
      const value = statistics?.kldNats[key];
      return value === undefined ? null : typeof value === 'number' ? value.toFixed(6) : estimateText(value, 6);
    },
    badness: ({ kldNats }) => Math.abs(typeof kldNats[key] === 'number' ? kldNats[key] : kldNats[key].value),
  })),
  { label: 'Perplexity, ratio to unquantized', shown: ({ statistics }) => statistics === null ? null : estimateText(statistics.perplexity.ratio, 6), badness: ({ perplexity }) => Math.abs(perplexity.ratio.value - 1) },
  { label: 'RMS Δp, %', shown: ({ statistics }) => statistics === null ? null : estimateText(statistics.deltaProbabilityPercent.rms, 3), badness: ({ deltaProbabilityPercent }) => deltaProbabilityPercent.rms.value },
  { label: 'Same top token, %', shown: ({ statistics }) => statistics === null ? null : estimateText(statistics.sameTopPercent, 3), badness: ({ sameTopPercent }) => -sameTopPercent.value },
];

/** The part of a card that puts references beside the variants they are compared with; nothing when there are none. */
export function comparisons({ references = [], variants }: { references?: readonly CardReference[]; variants: readonly CardVariant[] }): string[] {
  if (references.length === 0) return [];
  const parts = ['## Side by side', 'Others\' files, measured the same way on the same text. The better value is bold; KL divergence is better when it is closer to 0.'];
  for (const reference of references) {
    const variant = variants.find(({ name }) => name === reference.compareWith) ?? null;
    parts.push(comparisonTable(reference, variant));
    parts.push(reference.files.map(({ name, sha256 }) => `${reference.name}: \`${name}\`, sha256 \`${sha256}\``).join('\n'));
  }
  return parts;
}

function comparisonTable(reference: CardReference, variant: CardVariant | null): string {
  const columns: (Compared & { name: string })[] = variant === null ? [reference] : [reference, variant];
  const rows = metrics.map(({ label, shown, badness }) => {
    const values = columns.map((column) => badness === null || column.statistics === null ? Number.NaN : badness(column.statistics));
    return [label, ...columns.map((column, index) => {
      const text = shown(column);
      if (text === null) return 'not measured';
      const own = values[index] ?? Number.NaN;
      return columns.length > 1 && values.every((value, other) => other === index || own < value) ? `**${text}**` : text;
    })];
  });
  return markdownTable([['Metric', reference.name, ...(variant === null ? [] : [`${variant.name} (this)`])], ...rows], { align: ['l', ...columns.map(() => 'r')] });
}

function sizeText(files: readonly CardFile[]): string | null {
  return files.some(({ sizeBytes }) => sizeBytes === null) ? null : prettyBytes(files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0), { binary: true });
}
