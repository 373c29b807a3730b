import { markdownTable } from 'markdown-table';
import prettyBytes from 'pretty-bytes';
import type { KldStatistics } from '../kld/perplexity-log.js';
import { statisticRows } from '../kld/statistic-rows.js';
import { comparisons, type CardReference } from './comparison.js';
import { estimateText } from './numbers.js';
import { shellLine } from './shell-line.js';

/** Everything a card shows. Every number in it was measured; what was not measured is null. */
export interface CardData {
  name: string;
  description: string | null;
  unquantized: { files: readonly CardFile[]; bitsPerWeight: number | null; perplexity: number | null };
  variants: readonly CardVariant[];
  /** What others made, measured the same way. */
  references?: readonly CardReference[];
  imatrix: { name: string; sha256: string } | null;
  /** What was measured on, or null when nothing was measured. */
  evaluation: { corpus: CardFile; chunks: number; ctx: number } | null;
  /** Identities of the tools, as name and value. */
  toolchain: readonly (readonly [string, string])[];
  /** What was run, in order. */
  commands: readonly (readonly string[])[];
}

/** A file by name, size in bytes where known, and digest. */
export interface CardFile {
  name: string;
  sizeBytes: number | null;
  sha256: string;
}

/** One variant on the card. */
export interface CardVariant {
  name: string;
  files: readonly CardFile[];
  ftype: string;
  bitsPerWeight: number | null;
  /** Tensor-type rules as llama-quantize got them, or null. */
  rules: string | null;
  /** Number of tensors of each type. */
  tensorTypes: readonly (readonly [string, number])[];
  statistics: KldStatistics | null;
}

/** The model card as Markdown: the same bytes for the same data. */
export function renderCard(card: CardData): string {
  const parts = [
    `# ${card.name} GGUF`,
    card.description ?? '',
    '## Files', filesTable(card),
    '## KL divergence', ...divergence(card),
    ...comparisons(card),
    '## Perplexity and tokens', ...tokens(card),
    '## Tensor types', ...types(card),
    '## How it was made', ...recipe(card),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function filesTable({ unquantized, variants }: CardData): string {
  const rows = [
    ...unquantized.files.map((file) => fileRow(file, 'unquantized', unquantized.bitsPerWeight)),
    ...variants.flatMap(({ files, ftype, bitsPerWeight }) => files.map((file) => fileRow(file, ftype, bitsPerWeight))),
  ];
  return markdownTable([['File', 'Type', 'Size', 'Bits per weight', 'sha256'], ...rows], { align: ['l', 'l', 'r', 'r', 'l'] });
}

function fileRow({ name, sizeBytes, sha256 }: CardFile, type: string, bitsPerWeight: number | null): string[] {
  return [`\`${name}\``, type, sizeBytes === null ? '' : prettyBytes(sizeBytes, { binary: true }), bitsPerWeight?.toFixed(2) ?? '', `\`${sha256}\``];
}

function divergence({ evaluation, variants }: CardData): string[] {
  if (evaluation === null) return ['Not measured.'];
  const rows = statisticRows.map(({ key, label }) => [label, ...variants.map(({ statistics }) => {
    const value = statistics?.kldNats[key];
    if (value === undefined) return 'not measured';
    return typeof value === 'number' ? value.toFixed(6) : estimateText(value, 6);
  })]);
  return [
    `KL divergence in nats of each variant's token probabilities from those of the unquantized model, as printed by llama-perplexity, over ${evaluation.chunks} chunks of ${evaluation.ctx} tokens of \`${evaluation.corpus.name}\` (sha256 \`${evaluation.corpus.sha256}\`). Lower is closer.`,
    markdownTable([['KLD', ...variants.map(({ name }) => name)], ...rows], { align: ['l', ...variants.map(() => 'r')] }),
  ];
}

function tokens({ evaluation, unquantized, variants }: CardData): string[] {
  if (evaluation === null) return ['Not measured.'];
  const row = (name: string, statistics: KldStatistics | null): string[] => statistics === null
    ? [name, 'not measured', '', '', '']
    : [
      name,
      estimateText(statistics.perplexity.variant, 4),
      estimateText(statistics.perplexity.ratio, 6),
      estimateText(statistics.deltaProbabilityPercent.rms, 3),
      estimateText(statistics.sameTopPercent, 3),
    ];
  const rows = [
    ['unquantized', unquantized.perplexity?.toFixed(4) ?? 'not measured', '1', '0', '100'],
    ...variants.map(({ name, statistics }) => row(name, statistics)),
  ];
  return [markdownTable([['Variant', 'Perplexity', 'Ratio to unquantized', 'RMS Δp, %', 'Same top token, %'], ...rows], { align: ['l', 'r', 'r', 'r', 'r'] })];
}

function types({ variants }: CardData): string[] {
  const rules = new Map<string, string[]>();
  for (const { name, rules: text } of variants) if (text !== null) rules.set(text, [...(rules.get(text) ?? []), name]);
  return [
    markdownTable([['Variant', 'Tensors by type'], ...variants.map(({ name, tensorTypes }) => [name, tensorTypes.map(([type, count]) => `${type} × ${count}`).join(', ')])]),
    ...[...rules].flatMap(([text, names]) => [`Tensor-type rules of ${names.join(', ')} (\`tensor_types.txt\`):`, `\`\`\`\n${text.trimEnd()}\n\`\`\``]),
  ];
}

function recipe({ imatrix, toolchain, commands }: CardData): string[] {
  return [
    imatrix === null ? 'Quantized without an importance matrix.' : `Importance matrix: \`${imatrix.name}\`, sha256 \`${imatrix.sha256}\`.`,
    `\`\`\`sh\n${commands.map(shellLine).join('\n')}\n\`\`\``,
    markdownTable([['Tool', 'Identity'], ...toolchain.map(([name, value]) => [name, `\`${value.replaceAll('|', '\\|')}\``])]),
  ];
}
