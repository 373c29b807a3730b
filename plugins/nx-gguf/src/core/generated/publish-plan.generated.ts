// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Sha256 } from './common.generated.js';

/**
 * What a run of the target `publish` changes at its destination, file by file, and why.
 */
export interface PublishPlan {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * Where the files go, as people name it.
   */
  destination: string;
  /**
   * The repository, branch or directory has to be made first.
   */
  isNew: boolean;
  files: PlannedFile[];
}
/**
 * A file at the destination, and what becomes of it.
 */
export interface PlannedFile {
  path: string;
  /**
   * `refuse` is a file of somebody else in the way.
   */
  action: 'add' | 'replace' | 'delete' | 'keep' | 'refuse';
  /**
   * Of what is there afterwards; of a file that is deleted, of what was there.
   */
  sizeBytes: number;
  /**
   * Of what is there afterwards, where it is known.
   */
  sha256?: Sha256;
  because: string;
}
