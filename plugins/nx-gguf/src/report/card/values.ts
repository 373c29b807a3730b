import type { Evidence, EvidenceFile, Measurement } from '../../core/generated/evidence.generated.js';
import { missingFigure, notMeasured } from '../incomparable.js';
import { estimateText, sizeText } from '../numbers.js';
import { sizeOf } from '../pictures/models.js';
import { plainText, unbroken } from './markdown.js';
import { originText } from './origin-text.js';

/** Figures and names that a card's text can hold, by the name of their placeholder: nothing is typed by hand that was measured. */
export function cardValues(evidence: Evidence): [string, string][] {
  const { name, description, project, source, imatrix, evaluation, toolchain, variants, references } =
    evidence;
  const statistics = [...variants, ...references].find(({ measurement }) => measurement !== null)?.measurement
    ?.statistics;
  return [
    ['name', plainText(name)],
    ['description', plainText(description ?? '')],
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
    ...variants.flatMap((variant) => modelValues('variant', variant, missingFigure(evidence, variant.name))),
    ...references.flatMap((reference) =>
      modelValues('reference', reference, missingFigure(evidence, reference.name)),
    ),
  ];
}

function modelValues(
  kind: 'variant' | 'reference',
  {
    name,
    files,
    bitsPerWeight,
    measurement,
  }: { name: string; files: readonly EvidenceFile[]; bitsPerWeight: number | null; measurement: Measurement },
  missing: string,
): [string, string][] {
  const statistics = measurement?.statistics;
  const size = sizeOf(files);
  const of = (field: string, value: string | undefined): [string, string] => [
    `${kind}.${name}.${field}`,
    value === undefined ? missing : unbroken(value),
  ];
  return [
    of('size', size === null ? 'unknown' : sizeText(size)),
    of('bits-per-weight', bitsPerWeight?.toFixed(2) ?? 'unknown'),
    of('kld', statistics && estimateText(statistics.kldNats.mean, 6)),
    of('kld-99', statistics?.kldNats.percentile99.toFixed(6)),
    of('kld-maximum', statistics?.kldNats.maximum.toFixed(6)),
    of('perplexity', statistics && estimateText(statistics.perplexity.variant, 4)),
    of('perplexity-ratio', statistics && estimateText(statistics.perplexity.ratio, 6)),
    of('same-top', statistics && estimateText(statistics.sameTopPercent, 3)),
  ];
}
