// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Publishes variants and card to a hub, a directory or a git repository: only what differs, after checks, in one commit.
 */
export interface PublishOptions {
  /**
   * List what would change, and change nothing.
   */
  dryRun?: boolean;
  /**
   * Make the repository of a hub, and the branch of a hub or of git, when it is not there. A directory is made without it.
   */
  create?: boolean;
  /**
   * A repository of the hub in place of the destination in the model file.
   */
  repository?: string;
  /**
   * A directory in place of the destination in the model file, relative to the workspace.
   */
  path?: string;
  /**
   * A git repository in place of the destination in the model file; a local one relative to the workspace.
   */
  url?: string;
  /**
   * A branch in place of the one in the model file.
   */
  branch?: string;
  /**
   * Of a repository that `create` makes, in place of the one in the model file.
   */
  visibility?: 'private' | 'public';
  /**
   * The variants to publish, in place of those in the model file.
   */
  variants?: string[];
  /**
   * Replace files that something else put there, or changed since they were published.
   */
  overwrite?: boolean;
  /**
   * Delete files that were published earlier and are no longer part of it. Files that something else put there are never deleted.
   */
  prune?: boolean;
  /**
   * Publish although gates failed or were not measured.
   */
  allowFailedGates?: boolean;
  /**
   * Publish although results are not those of the recipe as it is now, or files under dist/ were changed.
   */
  allowStale?: boolean;
  /**
   * How the plan is printed.
   */
  format?: 'table' | 'json';
  /**
   * Bandwidth cap for uploads to a hub in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent.
   */
  maxBytesPerSecond?: number;
}
