import type { ProgressPart, Report } from '../../core/events.js';
import type { ChunkRow } from '../../kld/tool/chunk-row.js';

/**
 * Tells how far variants are that are measured at once: the slowest's chunks, and each one's chunk and mean
 * so far.
 */
export function measureProgress(
  names: readonly string[],
  { report, chunks }: { report: Report; chunks: () => number | null },
): (name: string, row: ChunkRow) => void {
  const rows = new Map<string, ChunkRow>();
  return (name, row) => {
    rows.set(name, row);
    const parts = names.map((one) => partOf(one, rows.get(one)));
    report({
      type: 'progress',
      label: 'KL divergence',
      done: Math.min(...parts.map(({ done }) => done)),
      total: chunks(),
      unit: 'chunks',
      parts,
    });
  };
}

function partOf(name: string, row: ChunkRow | undefined): ProgressPart {
  return row === undefined
    ? { name, done: 0 }
    : { name, done: row.chunk, figure: `mean KLD ${row.kldNats.value.toFixed(5)}` };
}
