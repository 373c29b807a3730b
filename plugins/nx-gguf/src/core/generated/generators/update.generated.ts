// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Looks up the newest state of the sources of models and corpora, shows what changed, and pins it in their lock files.
 */
export interface UpdateOptions {
  /**
   * The model or corpus project.
   */
  project?: string;
  /**
   * All model and corpus projects that have a source to pin.
   */
  all?: boolean;
  /**
   * Change nothing; end with exit code 1 when a lock is behind, or a source cannot be looked up.
   */
  check?: boolean;
  /**
   * File that gets the result as JSON, relative to the workspace.
   */
  summary?: string;
}
