import prettyBytes from 'pretty-bytes';
import type { PublishedFile } from '../core/generated/published.generated.js';

/** The hub advises smaller files, and takes no larger one (docs/hub/storage-limits.md of hub-docs). */
const advisedBytes = 200e9;
const largestBytes = 500e9;

/** What is to be said of files by their size before they are sent to a hub. */
export interface SizeFindings {
  /** Files that a hub refuses. */
  refused: string[];
  /** Files that it takes, and advises against. */
  advised: string[];
}

/** Looks for files that are too large for a hub, or larger than it advises. */
export function sizeFindings(files: readonly Pick<PublishedFile, 'path' | 'sizeBytes'>[]): SizeFindings {
  const above = (bytes: number) => files.filter(({ sizeBytes }) => sizeBytes > bytes);
  return {
    refused: above(largestBytes).map(
      ({ path, sizeBytes }) => `${path} has ${prettyBytes(sizeBytes)}; the hub takes no file above 500 GB`,
    ),
    advised: above(advisedBytes)
      .filter(({ sizeBytes }) => sizeBytes <= largestBytes)
      .map(
        ({ path, sizeBytes }) =>
          `${path} has ${prettyBytes(sizeBytes)}; the hub advises files below 200 GB, which "splitMaxSize" makes ("180G"); Ollama pulls no split files`,
      ),
  };
}
