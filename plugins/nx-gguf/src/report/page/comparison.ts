import type { Evidence, Measurement, Origin, SpeedTest } from '../../core/generated/evidence.generated.js';
import type { Metric } from '../../kld/metrics/metric.js';
import { metricDescription, metricsIn } from '../../kld/metrics/registry.js';
import { capitalized } from '../metric-text.js';
import { incomparableIntroduction, incomparableText, notMeasured } from '../incomparable.js';
import { sizeText } from '../numbers.js';
import { sizeOf } from '../pictures/models.js';
import { perplexityNote } from '../perplexity-note.js';
import { paretoFront, sizedModels } from '../pictures/size-kld.js';
import { testName } from '../pictures/speed.js';
import { testText } from '../speed-text.js';
import { html, type Html, type HtmlValue } from './html.js';
import { originHtml } from './origin.js';
import { pairedHtml } from './paired.js';
import { figure, missingCell, tableHtml, type Cell, type Column } from './table.js';

/** A variant or a reference as a row. */
interface Row {
  readonly name: string;
  readonly kind: 'variant' | 'reference';
  readonly ftype: string | null;
  readonly origin: Origin | null;
  readonly sizeBytes: number | null;
  readonly bitsPerWeight: number | null;
  readonly measurement: Measurement;
  readonly speed: readonly SpeedTest[];
  readonly gates: { readonly missed: number; readonly total: number } | null;
}

/** The metrics that have a column. */
const measured = metricsIn('page').flatMap(({ page, ...metric }) =>
  page === undefined ? [] : [{ metric, digits: page.digits, column: columnOf(metric, page) }],
);

function columnOf(metric: Metric, { label, hint }: NonNullable<Metric['page']>): Column {
  return { label: label ?? capitalized(metric.label), hint: hint ?? metricDescription(metric) };
}

/** Variants and references in one table that can be sorted and filtered. */
export function comparisonSection(evidence: Evidence, id: string): Html {
  const rows = rowsOf(evidence);
  if (rows.length === 0) return html`<p>There are no variants.</p>`;
  const front = new Set(paretoFront(sizedModels(evidence)).map(({ name }) => name));
  const tests = [
    ...new Map(rows.flatMap(({ speed }) => speed).map((test) => [testText(test), test])).values(),
  ];
  const columns: Column[] = [
    { label: 'Name' },
    { label: 'Type' },
    { label: 'Size', isNumber: true },
    { label: 'Bits', hint: 'Bits per weight', isNumber: true },
    { label: 'Gates', hint: 'What the recipe requires of the variant' },
    ...measured.map(({ column }) => ({ ...column, isNumber: true })),
    ...tests.map((test) => ({
      label: `${testText(test)} t/s`,
      hint: `${testName(test)}: tokens a second`,
      isNumber: true,
    })),
  ];
  const isApart = (name: string): boolean => evidence.apart.some((result) => result.name === name);
  const largest = Math.max(...rows.map(({ sizeBytes }) => sizeBytes ?? 0));
  const cells = rows.map((row): Cell[] => [
    nameCell(row, front),
    { shown: row.ftype ?? '–', sort: row.ftype },
    row.sizeBytes === null
      ? unknown
      : { shown: html`${sizeText(row.sizeBytes)}${bar(row.sizeBytes / largest)}`, sort: row.sizeBytes },
    row.bitsPerWeight === null ? unknown : { shown: row.bitsPerWeight.toFixed(2), sort: row.bitsPerWeight },
    gatesCell(row),
    ...measured.map(({ metric, digits }) =>
      row.measurement === null
        ? missingCell(isApart(row.name) ? 'apart' : notMeasured)
        : figure(metric.read({ ...row, statistics: row.measurement.statistics }), digits),
    ),
    ...tests.map((test) =>
      figure(row.speed.find((own) => testText(own) === testText(test))?.tokensPerSecond, 1),
    ),
  ]);
  const attributes = rows.map(
    ({ kind, name }) => html` data-kind="${kind}" data-name="${name.toLowerCase()}"`,
  );
  const references = rows.some(({ kind }) => kind === 'reference');
  const note = perplexityNote(evidence);
  return html`<div class="controls" data-filters="${id}-models"><label>Filter by name <input type="search" data-filter="name" autocomplete="off" spellcheck="false"></label>${references ? html`<label><input type="checkbox" data-filter="references" checked> References</label>` : null}<output data-count>${rows.length} of ${rows.length} shown</output></div>
${tableHtml({ caption: `Variants${references ? ' and references' : ''} of ${evidence.name}`, columns, rows: cells }, { isSortable: true, id: `${id}-models`, rowAttributes: attributes })}
<p class="note"><span class="mark-front" aria-hidden="true"></span> On the Pareto front: no other model here is both smaller and closer to the unquantized one. ±&nbsp;is the standard error as if tokens were independent, of speeds the standard deviation.</p>${note?.isWarning === true ? html`<p class="note">${note.text}</p>` : null}${apartHtml(evidence)}${originsHtml(rows)}${pairedHtml(evidence)}`;
}

function rowsOf({ variants, references }: Evidence): Row[] {
  return [
    ...variants.map(({ name, ftype, files, bitsPerWeight, measurement, speed, gates }): Row => ({
      name,
      kind: 'variant',
      ftype,
      origin: null,
      sizeBytes: sizeOf(files),
      bitsPerWeight,
      measurement,
      speed: speed ?? [],
      gates:
        gates === null ? null : { missed: gates.filter(({ passed }) => !passed).length, total: gates.length },
    })),
    ...references.map(({ name, origin, files, bitsPerWeight, measurement, speed }): Row => ({
      name,
      kind: 'reference',
      ftype: null,
      origin,
      sizeBytes: sizeOf(files),
      bitsPerWeight,
      measurement,
      speed: speed ?? [],
      gates: null,
    })),
  ];
}

const unknown: Cell = { shown: html`<span class="missing">unknown</span>`, sort: null };

function nameCell({ name, kind }: Row, front: ReadonlySet<string>): Cell {
  return {
    shown: html`${name}${front.has(name) ? html` <span class="mark-front" role="img" aria-label="on the Pareto front"></span>` : null}${kind === 'variant' ? null : html` <span class="tag">reference</span>`}`,
    sort: name,
  };
}

/** Results that were measured differently, in no table with the others. */
function apartHtml({ apart }: Evidence): Html | null {
  return apart.length === 0
    ? null
    : html`<div class="apart"><p><strong>Apart.</strong> ${incomparableIntroduction}</p><ul>${apart.map((result) => html`<li><strong>${result.name}</strong>: ${incomparableText(result)}</li>`)}</ul></div>`;
}

/** Where references come from; those of one place are named together. */
function originsHtml(rows: readonly Row[]): Html | null {
  const places = new Map<string, { origin: Origin; names: string[] }>();
  for (const { name, origin } of rows) {
    if (origin === null) continue;
    const key = originHtml(origin).markup;
    places.set(key, { origin, names: [...(places.get(key)?.names ?? []), name] });
  }
  return places.size === 0
    ? null
    : html`<ul class="origins">${[...places.values()].map(({ origin, names }) => html`<li>${names.join(', ')}: ${originHtml(origin)}</li>`)}</ul>`;
}

function gatesCell({ gates, kind }: Row): Cell {
  if (gates === null)
    return { shown: html`<span class="missing">${kind === 'variant' ? 'none' : '–'}</span>`, sort: null };
  return {
    sort: gates.missed,
    shown:
      gates.missed === 0
        ? html`<span class="passed">${gates.total} passed</span>`
        : html`<span class="failed">${gates.missed} of ${gates.total} failed</span>`,
  };
}

function bar(share: number): HtmlValue {
  return html`<span class="bar" style="--share:${(100 * share).toFixed(1)}%" aria-hidden="true"></span>`;
}
