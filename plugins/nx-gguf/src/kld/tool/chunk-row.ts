import type { Estimate, RunningSeries, RunningValues } from '../../core/generated/kld.generated.js';
import { metrics } from '../metrics/registry.js';
import { estimate, numberPattern, toNumber } from './tool-numbers.js';

/** A column of the comparison's table. */
type Column = keyof RunningValues;

/** One chunk's row of the comparison; all its values are running ones, over the chunks so far. */
export type ChunkRow = Readonly<Record<Column, Estimate>> & { readonly chunk: number };

const runningMetrics = metrics.flatMap(({ label, running }) =>
  running === undefined ? [] : [{ label, running }],
);
const columns: readonly Column[] = runningMetrics.map(({ running }) => running.column);
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

/** A value that is no finite number. It is a mean over all chunks so far, and so no later one mends it. */
export interface BrokenValue {
  readonly chunk: number;
  /** What it is a value of. */
  readonly label: string;
  /** `nan` or `inf`, as it was printed. */
  readonly printed: string;
}

/** The first value that is no finite number; null when there is none. */
export function brokenValue(rows: readonly ChunkRow[]): BrokenValue | null {
  for (const row of rows) {
    const broken = runningMetrics.find(({ running: { column } }) => !Number.isFinite(row[column].value));
    if (broken === undefined) continue;
    const { value } = row[broken.running.column];
    return { chunk: row.chunk, label: broken.label, printed: Number.isNaN(value) ? 'nan' : 'inf' };
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
