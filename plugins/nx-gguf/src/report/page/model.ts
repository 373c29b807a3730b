import { counted } from '../../core/counted.js';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import { gateSummary } from '../gate-table.js';
import { comparisonSection } from './comparison.js';
import { differencesSection } from './differences-section.js';
import { gatesSection } from './gates-section.js';
import { html, trusted, type Html } from './html.js';
import { imatrixSection } from './imatrix-section.js';
import { originHtml } from './origin.js';
import { provenanceSection } from './provenance-section.js';
import type { TensorData } from './tensor-data.js';
import { tensorsSection } from './tensors-section.js';

/** The sections about each model, in their order. */
export const sectionNames = [
  { name: 'comparison', title: 'Comparison' },
  { name: 'charts', title: 'Charts' },
  { name: 'gates', title: 'Gates' },
  { name: 'tensors', title: 'Tensors' },
  { name: 'differences', title: 'Differences' },
  { name: 'imatrix', title: 'Importance' },
  { name: 'provenance', title: 'Provenance' },
] as const;

/** A model with what was drawn of it. */
export interface ModelParts {
  readonly evidence: Evidence;
  readonly tensors: TensorData;
  readonly charts: readonly Html[];
  /** Titles of charts for which nothing was measured. */
  readonly missing: readonly string[];
  /** Begins the ids of all its elements. */
  readonly id: string;
  readonly number: number;
  /** The page is about this model alone, so its name is the page's. */
  readonly isSingle: boolean;
}

/** Everything about one model. */
export function modelHtml({ evidence, tensors, charts, missing, id, number, isSingle }: ModelParts): Html {
  const contents: Record<(typeof sectionNames)[number]['name'], Html> = {
    comparison: comparisonSection(evidence, id),
    charts: html`<div class="charts">${charts}</div>${missing.length === 0 ? null : html`<p class="missing">Not measured: ${missing.join(', ')}.</p>`}`,
    gates: gatesSection(evidence),
    tensors: tensorsSection(tensors, number),
    differences: differencesSection(evidence.variants),
    imatrix: imatrixSection(evidence, number),
    provenance: provenanceSection(evidence, id),
  };
  const level = isSingle ? 'h2' : 'h3';
  return html`<article id="${id}" class="model">
${isSingle ? null : html`<h2 id="${id}-name">${evidence.name}</h2><p class="lead">${evidence.description}</p>`}
${summary(evidence)}
${sectionNames.map(
  ({
    name,
    title,
  }) => html`<section id="${id}-${name}" aria-labelledby="${isSingle ? null : html`${id}-name `}${id}-${name}-title">${trusted(`<${level} id="${id}-${name}-title">${title}</${level}>`)}
${contents[name]}
</section>`,
)}
</article>`;
}

/** The model in a few facts. */
function summary({ variants, references, source, evaluation, unquantized, imatrix }: Evidence): Html {
  const measured = [...variants, ...references].find(({ measurement }) => measurement !== null)?.measurement
    ?.statistics;
  const checks = variants.flatMap(({ gates }) => gates ?? []);
  const [first, ...others] = checks;
  const facts: [string, Html | string][] = [
    ['Source', originHtml(source.origin)],
    ['Architecture', unquantized.architecture ?? html`<span class="missing">unknown</span>`],
    [
      'Compared',
      `${variants.length} variant${variants.length === 1 ? '' : 's'}${references.length === 0 ? '' : `, ${references.length} reference${references.length === 1 ? '' : 's'}`}`,
    ],
    [
      'Measured on',
      evaluation === null || measured === undefined
        ? html`<span class="missing">not measured</span>`
        : html`${counted(measured.chunks, 'chunk')} of ${measured.ctx} tokens of <code>${evaluation.corpus.file.name}</code>`,
    ],
    ['Importance matrix', imatrix === null ? 'none' : html`<code>${imatrix.file.name}</code>`],
    [
      'Gates',
      first === undefined
        ? 'none'
        : html`<span class="${checks.every(({ passed }) => passed) ? 'passed' : 'failed'}">${gateSummary({ format: 1, method: 'measured value against limit', passed: checks.every(({ passed }) => passed), checks: [first, ...others] })}</span>`,
    ],
  ];
  return html`<dl class="summary">${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`;
}
