// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Count, Sha256 } from './common.generated.js';

/**
 * What the target `publish` put into a repository or a directory. It lies there beside the files, so that the next run knows which of them are its own.
 */
export interface Published {
  /**
   * Format version of this file.
   */
  format: 1;
  publishedBy: 'nx-gguf';
  /**
   * @maxItems 100000
   */
  files: PublishedFile[];
}
/**
 * A file that was published, by its digests.
 */
export interface PublishedFile {
  /**
   * Relative path with forward slashes.
   */
  path: string;
  sizeBytes: Count;
  sha256: Sha256;
  /**
   * Git's own digest, of small files: a hub lists it for those that are not in Git LFS.
   */
  gitOid?: string;
}
