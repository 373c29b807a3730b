import { counted } from '../../core/counted.js';
import type {
  Evidence,
  ReferenceEvidence,
  VariantEvidence,
} from '../../core/generated/evidence.generated.js';
import { incomparableIntroduction, incomparableText, missingFigure } from '../incomparable.js';
import { perplexityNote } from '../perplexity-note.js';
import { inlineCode, plainText, table } from './markdown.js';
import { cardLabel, cardMetrics, metricCell, metricCells, type CardModel } from './metrics.js';
import { originText } from './origin-text.js';

/** Variants in one table; more would be wider than a page. */
const mostColumns = 4;

/**
 * What was measured on what, and all metrics of all variants; then, apart from them, what was measured
 * differently.
 */
export function closenessSection(evidence: Evidence): string {
  const { apart } = evidence;
  const list = apart.map(
    (result) => `- **${plainText(result.name)}**: ${plainText(incomparableText(result))}`,
  );
  return [figures(evidence), ...(apart.length === 0 ? [] : [incomparableIntroduction, list.join('\n')])].join(
    '\n\n',
  );
}

function figures(evidence: Evidence): string {
  const { evaluation, variants, unquantized } = evidence;
  const statistics = [...variants, ...evidence.references].find(({ measurement }) => measurement !== null)
    ?.measurement?.statistics;
  if (evaluation === null || statistics === undefined) return 'Not measured.';
  const { file } = evaluation.corpus;
  const { value, error } = statistics.perplexity.base;
  const [model] = unquantized.files;
  return [
    `KL divergence (nats) of each variant's token probabilities from those of the unquantized model, as llama-perplexity printed it: ${counted(statistics.chunks, 'chunk')} of ${statistics.ctx} tokens of ${inlineCode(file.name)} (sha256 ${inlineCode(file.sha256)}), ${statistics.tokens} tokens compared. 0 is the unquantized model itself${model === undefined ? '' : `, ${inlineCode(model.name)}`}, whose perplexity there is ${value.toFixed(4)}${error === null ? '' : ` ± ${error.toFixed(4)}`}. ± is the standard error as if tokens were independent.`,
    plainText(perplexityNote(evidence)?.text ?? ''),
    ...chunked(variants).map((some) => metricsTable(some, evidence)),
  ].join('\n\n');
}

function metricsTable(variants: readonly VariantEvidence[], evidence: Evidence): string {
  const models = variants.map((variant) => cardModel(variant, evidence));
  const rows = cardMetrics('divergence', 'others').map((metric) => [
    cardLabel(metric),
    ...models.map((model) => metricCell(metric, model)),
  ]);
  return table(
    [['Metric', ...variants.map(({ name }) => plainText(name))], ...rows],
    `l${'r'.repeat(variants.length)}`,
  );
}

function chunked<T>(items: readonly T[]): T[][] {
  const parts = Math.ceil(items.length / mostColumns);
  const size = Math.ceil(items.length / Math.max(1, parts));
  return Array.from({ length: parts }, (_, part) => items.slice(part * size, (part + 1) * size));
}

/** A variant or a reference with what stands in place of what it has no figure of. */
function cardModel(model: VariantEvidence | ReferenceEvidence, evidence: Evidence): CardModel {
  return { ...model, missing: missingFigure(evidence, model.name) };
}

/**
 * Each variant beside the references that it is compared with, in the form metric | reference | this; nothing
 * without references.
 */
export function comparisonsSection(evidence: Evidence): string {
  const { variants, references } = evidence;
  const groups = [
    ...variants.map((variant) => ({
      variant,
      others: references.filter(({ compareWith }) => compareWith === variant.name),
    })),
    {
      variant: null,
      others: references.filter(({ compareWith }) => !variants.some(({ name }) => name === compareWith)),
    },
  ].filter(({ others }) => others.length > 0);
  if (groups.length === 0) return '';
  return [
    "Others' files beside these, measured the same way on the same text. Better values are **bold**: KL divergence is better closer to 0.",
    ...groups.map(({ variant, others }) => comparison(variant, others, evidence)),
  ].join('\n\n');
}

function comparison(
  variant: VariantEvidence | null,
  references: readonly ReferenceEvidence[],
  evidence: Evidence,
): string {
  const columns = [...references, ...(variant === null ? [] : [variant])];
  const models = columns.map((model) => cardModel(model, evidence));
  const rows = cardMetrics('files', 'divergence', 'others').map((metric) => [
    cardLabel(metric),
    ...metricCells(metric, models),
  ]);
  const head = [
    'Metric',
    ...references.map(({ name }) => plainText(name)),
    ...(variant === null ? [] : [`${plainText(variant.name)} (this)`]),
  ];
  return [
    `### ${variant === null ? 'Others alone' : `${plainText(variant.name)} beside ${references.map(({ name }) => plainText(name)).join(', ')}`}`,
    table([head, ...rows], `l${'r'.repeat(columns.length)}`),
    references
      .flatMap(({ name, files, origin }) =>
        files.map(
          (file) =>
            `${plainText(name)}: ${inlineCode(file.name)} of ${originText(origin)}, sha256 ${inlineCode(file.sha256)}`,
        ),
      )
      .join('  \n'),
  ].join('\n\n');
}
