import type { Evidence } from '../../core/generated/evidence.generated.js';
import { missingFigure, notMeasured } from '../incomparable.js';
import { estimateText } from '../numbers.js';
import { ownText, plainText } from './markdown.js';
import { cardMetrics, metricCell, type CardModel } from './metrics.js';
import { originText } from './origin-text.js';

type ModelKind = 'variant' | 'reference';

const placeholderMetrics = cardMetrics('files', 'divergence', 'others');

/**
 * Figures and names that a card's text can hold, by the name of their placeholder: nothing is typed by hand
 * that was measured.
 */
export function cardValues(evidence: Evidence): [string, string][] {
  const { name, description, project, source, imatrix, evaluation, toolchain, variants, references } =
    evidence;
  const statistics = [...variants, ...references].find(({ measurement }) => measurement !== null)?.measurement
    ?.statistics;
  return [
    ['name', plainText(name)],
    ['description', ownText(description ?? '')],
    ['project', plainText(project)],
    ['source', originText(source.origin)],
    [
      'imatrix',
      imatrix === null
        ? 'none'
        : imatrix.origin === null
          ? `made on ${plainText(imatrix.corpus?.file.name ?? '')}`
          : originText(imatrix.origin),
    ],
    ['evaluation.corpus', plainText(evaluation?.corpus.file.name ?? notMeasured)],
    ['evaluation.chunks', statistics === undefined ? notMeasured : String(statistics.chunks)],
    ['evaluation.tokens', statistics === undefined ? notMeasured : String(statistics.tokens)],
    [
      'evaluation.perplexity',
      statistics === undefined ? notMeasured : estimateText(statistics.perplexity.base, 4),
    ],
    ['llama-cpp.commit', toolchain.commit ?? 'unknown'],
    ...modelsOf(evidence).flatMap(({ kind, model }) =>
      modelValues(kind, { ...model, missing: missingFigure(evidence, model.name) }),
    ),
  ];
}

/** Names that placeholders of metrics once had, and the names of now. */
export function formerPlaceholders(evidence: Evidence): Map<string, string> {
  return new Map(
    modelsOf(evidence).flatMap(({ kind, model }) =>
      placeholderMetrics.flatMap(({ name, formerPlaceholder }) =>
        formerPlaceholder === undefined
          ? []
          : [
              [
                placeholderOf(kind, model.name, formerPlaceholder),
                placeholderOf(kind, model.name, name),
              ] as const,
            ],
      ),
    ),
  );
}

function modelsOf({ variants, references }: Evidence) {
  return [
    ...variants.map((model) => ({ kind: 'variant' as const, model })),
    ...references.map((model) => ({ kind: 'reference' as const, model })),
  ];
}

/** The values of a variant or a reference: one for each metric that the card shows, by the metric's name. */
function modelValues(kind: ModelKind, { name, ...model }: CardModel & { name: string }): [string, string][] {
  return placeholderMetrics.map((metric) => [
    placeholderOf(kind, name, metric.name),
    metricCell(metric, model),
  ]);
}

function placeholderOf(kind: ModelKind, name: string, metric: string): string {
  return `${kind}.${name}.${metric}`;
}
