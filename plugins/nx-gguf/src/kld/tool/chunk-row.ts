import type { Estimate, RunningValues } from '../../core/generated/kld.generated.js';
import { estimate, numberPattern, toNumber } from './tool-numbers.js';

/** One chunk's row of the comparison; all its values are running ones, over the chunks so far. */
export interface ChunkRow {
  readonly chunk: number;
  readonly perplexity: Estimate;
  readonly logRatio: Estimate;
  readonly kldNats: Estimate;
  readonly deltaProbabilityRmsPercent: Estimate;
  readonly sameTopPercent: Estimate;
}

const rowPattern = new RegExp(`^\\s*(\\d+)((?:\\s+${numberPattern} ±\\s+${numberPattern}(?: %)?){5})\\s*$`);
const columns = [
  'perplexity',
  'logRatio',
  'kldNats',
  'deltaProbabilityRmsPercent',
  'sameTopPercent',
] as const;

/** Reads a row of the comparison's table; null for any other line. */
export function chunkRow(line: string): ChunkRow | null {
  const match = rowPattern.exec(line);
  if (match === null) return null;
  const [perplexity, logRatio, kldNats, deltaProbabilityRmsPercent, sameTopPercent] = [
    ...(match[2] ?? '').matchAll(new RegExp(`(${numberPattern}) ±\\s+(${numberPattern})`, 'g')),
  ].map(([, value, error]) => estimate({ value: toNumber(value), error: toNumber(error) }));
  if (!perplexity || !logRatio || !kldNats || !deltaProbabilityRmsPercent || !sameTopPercent) return null;
  return {
    chunk: Number(match[1]),
    perplexity,
    logRatio,
    kldNats,
    deltaProbabilityRmsPercent,
    sameTopPercent,
  };
}

/** The chunk whose row has a value that is no finite number, and the name of that value; null when there is none. */
export function brokenValue(rows: readonly ChunkRow[]): { chunk: number; column: string } | null {
  for (const row of rows) {
    const column = columns.find((name) => !Number.isFinite(row[name].value));
    if (column !== undefined) return { chunk: row.chunk, column };
  }
  return null;
}

/** The rows as one series for each value. */
export function runningValues(rows: readonly ChunkRow[]): RunningValues {
  const series = (column: (typeof columns)[number]) => ({
    values: rows.map((row) => row[column].value),
    errors: rows.map((row) => row[column].error),
  });
  return {
    perplexity: series('perplexity'),
    logRatio: series('logRatio'),
    kldNats: series('kldNats'),
    deltaProbabilityRmsPercent: series('deltaProbabilityRmsPercent'),
    sameTopPercent: series('sameTopPercent'),
  };
}
