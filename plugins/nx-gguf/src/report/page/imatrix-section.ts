import type { Evidence } from '../../core/generated/evidence.generated.js';
import { imatrixCoverageOfAll } from '../imatrix-coverage-text.js';
import { sizeText } from '../numbers.js';
import { html, type Html } from './html.js';
import { originHtml } from './origin.js';

/**
 * Where the importance matrix comes from, what it covers, and the place for its table of tensors, which the
 * script fills.
 */
export function imatrixSection(evidence: Evidence, model: number): Html {
  const { imatrix } = evidence;
  if (imatrix === null) return html`<p>These files were made without an importance matrix.</p>`;
  const facts: [string, Html | string][] = [
    [
      'File',
      html`<code>${imatrix.file.name}</code>${imatrix.file.sizeBytes === null ? null : `, ${sizeText(imatrix.file.sizeBytes)}`}${imatrix.format === null ? null : `, ${imatrix.format === 'gguf' ? 'GGUF' : 'legacy format'}`}`,
    ],
    ['sha256', html`<code class="digest">${imatrix.file.sha256}</code>`],
    ...(imatrix.originalSha256 === null
      ? []
      : ([
          [
            'Copy of',
            html`sha256 <code class="digest">${imatrix.originalSha256}</code>, without the paths of its texts`,
          ],
        ] satisfies [string, Html][])),
    [
      'From',
      imatrix.corpus !== null
        ? html`made here with llama-imatrix on <code>${imatrix.corpus.file.name}</code> of ${originHtml(imatrix.corpus.origin)}`
        : imatrix.origin === null
          ? 'unknown'
          : originHtml(imatrix.origin),
    ],
    [
      'Datasets',
      imatrix.datasets === null || imatrix.datasets.length === 0
        ? html`<span class="missing">not told</span>`
        : imatrix.datasets.join(', '),
    ],
    [
      'Chunks',
      imatrix.chunks === null
        ? html`<span class="missing">not told</span>`
        : html`${String(imatrix.chunks)}${imatrix.chunkSize === null ? null : ` of ${String(imatrix.chunkSize)} tokens`}`,
    ],
    ...imatrixCoverageOfAll(evidence.variants).map(({ variants, text }): [string, string] => [
      'Coverage',
      `${variants.join(', ')}: ${text}`,
    ]),
  ];
  return html`<dl class="facts">${facts.map(([term, fact]) => html`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>
${
  imatrix.statistics === null
    ? html`<p class="missing">Statistics of its tensors were not computed.</p>`
    : html`<div class="imatrix" data-model="${model}"><p class="note">Importance is the mean square of what a column of the tensor is multiplied with, over all text. Unused columns never had a value. The last column is near 100 % when few columns decide.</p>
<div class="controls"><label>Filter by name <input type="search" data-imatrix="name" autocomplete="off" spellcheck="false"></label><output data-imatrix="count"></output></div><div class="scroll" tabindex="0" role="group" aria-label="Importance of tensors" data-imatrix="table"></div></div>`
}`;
}
