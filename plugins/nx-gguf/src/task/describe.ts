import prettyBytes from 'pretty-bytes';
import { counted } from '../core/counted.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import type { KldStatistics } from '../core/generated/kld.generated.js';
import { mainFigure } from '../report/metric-text.js';
import { targetName, type TargetRef } from '../core/target.js';

/** One line about an artifact: what it is, how large, and its most important result. */
export function describeArtifact(manifest: Manifest, ref: TargetRef): string {
  const size = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const files =
    manifest.files.length === 0
      ? []
      : [`${counted(manifest.files.length, 'file')}, ${prettyBytes(size, { binary: true })}`];
  return `${targetName(ref)}: ${[...files, ...resultOf(manifest)].join(', ')}`;
}

function resultOf({ facts }: Manifest): string[] {
  const results: string[] = [];
  const { bitsPerWeight, statistics, perplexity, entries, chunks, chunkSize } = facts as {
    bitsPerWeight?: number;
    statistics?: KldStatistics;
    perplexity?: number;
    entries?: number;
    chunks?: number | string | null;
    chunkSize?: number | string | null;
  };
  if (bitsPerWeight !== undefined) results.push(`${bitsPerWeight.toFixed(2)} bits per weight`);
  if (statistics !== undefined) results.push(mainFigure(statistics));
  if (perplexity !== undefined) results.push(`perplexity ${perplexity.toFixed(4)}`);
  if (entries !== undefined) {
    results.push(counted(entries, 'entry', 'entries'));
    // Of which model it was made no matrix says; how much text it was made on most do.
    if (typeof chunks === 'number')
      results.push(
        `${counted(chunks, 'chunk')}${typeof chunkSize === 'number' ? ` of ${counted(chunkSize, 'token')}` : ''}`,
      );
  }
  return results;
}
