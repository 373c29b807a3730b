import { markdownTable } from 'markdown-table';
import { visibleLine } from '../core/visible-text.js';

/** A table for people; the first row is its head. Cells are text as it is, whosever: no cell ends a row or a cell. */
export function textTable(rows: readonly (readonly string[])[], align = ''): string {
  return markdownTable(
    rows.map((row) => row.map((cell) => visibleLine(cell, mostOfCell).replaceAll('|', String.raw`\|`))),
    { align: Array.from(align) },
  );
}

const mostOfCell = 1_000;
