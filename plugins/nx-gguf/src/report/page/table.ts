import { notMeasured } from '../incomparable.js';
import { html, type Html, type HtmlValue } from './html.js';

/** A cell of a table: what it shows, and what it is sorted by, null for what is missing. */
export interface Cell {
  readonly shown: HtmlValue;
  readonly sort?: number | string | null;
}

/** A column of a table. */
export interface Column {
  readonly label: string;
  /** The meaning of the figures, shown on request. */
  readonly hint?: string;
  readonly isNumber?: boolean;
}

/** A table whose rows begin with what they are about. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A figure, with its standard error where there is one. */
export function figure(
  estimate: { readonly value: number; readonly error: number | null } | number | null | undefined,
  digits: number,
): Cell {
  if (estimate === null || estimate === undefined) return missing;
  const { value, error } = typeof estimate === 'number' ? { value: estimate, error: null } : estimate;
  return {
    sort: value,
    shown:
      error === null
        ? value.toFixed(digits)
        : html`${value.toFixed(digits)} <span class="error">± ${error.toFixed(digits)}</span>`,
  };
}

/** The text in place of a missing figure. */
const missing: Cell = missingCell(notMeasured);

/** A cell that says why it has no figure. */
export function missingCell(why: string): Cell {
  return { shown: html`<span class="missing">${why}</span>`, sort: null };
}

/**
 * A table that scrolls by itself where it is wider than the page; with `isSortable` its heads are buttons.
 */
export function tableHtml(
  { caption, columns, rows }: Table,
  {
    isSortable = false,
    id = '',
    rowAttributes = [],
  }: { isSortable?: boolean; id?: string; rowAttributes?: readonly Html[] } = {},
): Html {
  const head = columns.map(({ label, hint, isNumber = false }) => {
    const title = hint === undefined ? null : html` title="${hint}"`;
    const type = isNumber ? html` class="number"` : null;
    return isSortable
      ? html`<th scope="col"${type} aria-sort="none"><button type="button"${title}>${label}</button></th>`
      : html`<th scope="col"${type}${title}>${label}</th>`;
  });
  const body = rows.map(
    (row, number) =>
      html`<tr${rowAttributes[number] ?? null}>${row.map(({ shown, sort }, index) => {
        const key =
          sort === undefined || !isSortable ? null : html` data-sort="${sort === null ? '' : String(sort)}"`;
        const type = columns[index]?.isNumber === true ? html` class="number"` : null;
        return index === 0 ? html`<th scope="row"${key}>${shown}</th>` : html`<td${type}${key}>${shown}</td>`;
      })}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table${id === '' ? null : html` id="${id}"`}${isSortable ? html` class="sortable"` : null}><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A table that is shown when it is asked for. */
export function foldedTable(summary: string, table: Table): Html {
  return html`<details><summary>${summary}</summary>${tableHtml(table)}</details>`;
}
