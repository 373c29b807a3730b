import { drawSvg } from '../pictures/svg.js';
import type { Chart } from './charts.js';
import { foldedTable } from './table.js';
import { html, trusted, type Html } from './html.js';

/** A chart in the page: its picture, in which the arrow keys go from mark to mark, and its table. */
export async function chartHtml(chart: Chart, id: string, heading: (text: string) => Html): Promise<Html> {
  const svg = ownIds(await drawSvg(chart.spec), `${id}-${chart.name}`);
  return html`<figure class="chart" id="${id}-${chart.name}">${heading(chart.title)}<p class="note">${chart.explanation}</p>
<div class="scroll picture" role="group" aria-label="${chart.title}: a chart. Arrow keys go from value to value.">${trusted(svg)}</div>
${foldedTable('The figures as a table', chart.table)}</figure>`;
}

/** Several pictures in one page: ids of clip paths must not meet. Sizes follow the page's width. */
function ownIds(svg: string, prefix: string): string {
  return svg
    .replace(/ id="([^"]+)"/g, (_, name: string) => ` id="${prefix}-${name}"`)
    .replace(/url\(#([^)]+)\)/g, (_, name: string) => `url(#${prefix}-${name})`)
    .replace(
      /^<svg ([^>]*)>/,
      (_, attributes: string) =>
        `<svg ${attributes.replace(/xmlns(:xlink)?="[^"]*" ?/g, '').replace(/version="[^"]*" ?/, '')}>`,
    );
}
