import type { Estimate, RunningSeries, RunningValues } from '../../core/generated/kld.generated.js';
import { metrics } from '../metrics/registry.js';
import { estimate, numberPattern, toNumber } from './tool-numbers.js';

/** A column of the comparison's table. */
type Column = keyof RunningValues;

/** One chunk's row of the comparison; all its values are running ones, over the chunks so far. */
export type ChunkRow = Readonly<Record<Column, Estimate>> & { readonly chunk: number };

const columns: readonly Column[] = metrics.flatMap(({ running }) =>
  running === undefined ? [] : [running.column],
);
const rowPattern = new RegExp(
  `^\\s*(\\d+)((?:\\s+${numberPattern} ±\\s+${numberPattern}(?: %)?){${columns.length}})\\s*$`,
);

/** Reads a row of the comparison's table; null for any other line. */
export function chunkRow(line: string): ChunkRow | null {
  const match = rowPattern.exec(line);
  if (match === null) return null;
  const values = [
    ...(match[2] ?? '').matchAll(new RegExp(`(${numberPattern}) ±\\s+(${numberPattern})`, 'g')),
  ].map(([, value, error]) => estimate({ value: toNumber(value), error: toNumber(error) }));
  const cells = columns.map((column, index) => [column, values[index]]);
  return { chunk: Number(match[1]), ...(Object.fromEntries(cells) as Record<Column, Estimate>) };
}

/**
 * The chunk whose row has a value that is no finite number, and the name of that value; null when there is
 * none.
 */
export function brokenValue(rows: readonly ChunkRow[]): { chunk: number; column: string } | null {
  for (const row of rows) {
    const column = columns.find((name) => !Number.isFinite(row[name].value));
    if (column !== undefined) return { chunk: row.chunk, column };
  }
  return null;
}

/** The rows as one series for each value. */
export function runningValues(rows: readonly ChunkRow[]): RunningValues {
  const series = (column: Column): RunningSeries => ({
    values: rows.map((row) => row[column].value),
    errors: rows.map((row) => row[column].error),
  });
  return Object.fromEntries(columns.map((column) => [column, series(column)])) as unknown as RunningValues;
}
