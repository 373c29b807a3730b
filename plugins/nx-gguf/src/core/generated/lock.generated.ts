// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Count, RelativePath, Sha256 } from './common.generated.js';
import type { Source } from './source.generated.js';

/**
 * What the sources of a model or of a corpus resolved to: commits, and the size and sha256 of every file. Written by the first fetch and by the update generator; commit it. Holds no time and no machine.
 */
export interface Lock {
  /**
   * Format version of this file.
   */
  format: 1;
  source?: LockedSource;
  imatrix?: LockedSource;
  planFrom?: LockedSource;
  /**
   * The sources of references, by name.
   */
  references?: {
    [k: string]: LockedSource;
  };
}

/**
 * One source, resolved.
 */
export interface LockedSource {
  /**
   * The source as it was declared when it was resolved. A lock of another declaration is refused.
   */
  declared: Source;
  commit: string;
  /**
   * @maxItems 10000
   */
  files: LockedFile[];
  selection?: LockedSelection;
}

/**
 * What was left out although nothing asked for it: other sets of weights than the one that is taken. Absent when all files are taken.
 */
export interface LockedSelection {
  /**
   * Why these files and not the others.
   */
  because: string;
  /**
   * Paths, and `<directory>/**` for directories that are left out as a whole.
   */
  leftOut: string[];
}

/**
 * A file of a resolved source: its path there, its size and its digest.
 */
export interface LockedFile {
  /**
   * Relative path with forward slashes.
   */
  path: RelativePath;
  sizeBytes: Count;
  sha256: Sha256;
  /**
   * Git's own digest, of files that are not in Git LFS.
   */
  gitOid?: string;
}
