import type { Evidence } from '../../core/generated/evidence.generated.js';
import { chartHtml } from './chart-html.js';
import { pageCharts } from './charts.js';
import { cellColours, cellText, pictureColours } from './colours.js';
import { html, scriptJson, trusted, type Html } from './html.js';
import { modelHtml, sectionNames } from './model.js';
import { contentPolicy } from './policy.js';
import { tensorData, typeLetters } from './tensor-data.js';

/**
 * The parts of a page that are the same for all evidence: its style, and its script, which needs no network
 * and no module.
 */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
}

/**
 * One page about one model, or about several: everything in it, nothing fetched. The same evidence gives the
 * same bytes.
 */
export async function renderPage(models: readonly Evidence[], assets: PageAssets): Promise<string> {
  const isSingle = models.length === 1;
  const data = models.map(tensorData);
  const sections: Html[] = [];
  for (const [number, evidence] of models.entries()) {
    const id = `m${number}`;
    const level = isSingle ? 'h3' : 'h4';
    const charts: Html[] = [];
    const drawn = pageCharts(evidence);
    for (const chart of drawn.charts)
      charts.push(
        await chartHtml(chart, id, (text) => trusted(`<${level}>${html`${text}`.markup}</${level}>`)),
      );
    sections.push(
      modelHtml({
        evidence,
        tensors: data[number] ?? tensorData(evidence),
        charts,
        missing: drawn.missing,
        id,
        number,
        isSingle,
      }),
    );
  }
  const [first] = models;
  const title =
    isSingle && first !== undefined
      ? `${first.name}: quantization report`
      : `Quantization report of ${models.length} models`;
  const style = [
    assets.style,
    pictureColours(),
    ...data.map(({ types }, number) =>
      cellColours(
        types.map(([name]) => name),
        `#m${number}`,
      ),
    ),
  ].join('\n');
  const json = scriptJson({
    letters: typeLetters,
    models: data.map((tensors) => ({ ...tensors, cells: tensors.types.map(([name]) => cellText(name)) })),
  });
  return `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy([assets.script])}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>
${trusted(style)}
</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top"><div><h1>${isSingle && first !== undefined ? first.name : 'Quantization report'}</h1><p class="lead">${isSingle && first !== undefined ? first.description : `${models.length} models`}</p></div><button type="button" id="theme">Theme: system</button></header>
<nav class="sections" aria-label="Sections">${navigation(models)}</nav>
<main id="content">
<noscript><p class="failed">Sorting, filters, the tensor map and tooltips need JavaScript; the tables of figures do not.</p></noscript>
${sections}
</main>
<footer><p>Every figure is read from the manifests of the steps that made it. Made by nx-gguf.</p></footer>
<div id="tip" role="tooltip" hidden></div>
<script type="application/json" id="data">${json}</script>
<script>${trusted(assets.script)}</script>
</body>
</html>`.markup
}
`;
}

function navigation(models: readonly Evidence[]): Html[] {
  if (models.length === 1)
    return sectionNames.map(({ name, title }) => html`<a href="#m0-${name}">${title}</a>`);
  return models.map(({ name }, number) => html`<a href="#m${number}">${name}</a>`);
}
