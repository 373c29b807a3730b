// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Count, RelativePath, Sha256 } from './common.generated.js';

/**
 * What a step produced: its files by digest, its results, and what they were made from. Holds no time, no absolute path and no host name: equal work gives equal bytes.
 */
export interface Manifest {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * The step that made it.
   */
  step: string;
  actionKey: Sha256;
  /**
   * @maxItems 100000
   */
  files: ManifestFile[];
  /**
   * Results of the step, in its own form.
   */
  facts: {
    [k: string]: unknown;
  };
  provenance: Provenance;
  /**
   * sha256 of all the rest as canonical JSON. Absent in manifests of older versions; a remote's must have it.
   */
  digest?: Sha256;
}

/**
 * A file of an artifact: its name in it, its digest and its size. The bytes are in the store.
 */
export interface ManifestFile {
  name: RelativePath;
  sha256: Sha256;
  sizeBytes: Count;
}

/**
 * What an artifact was made from, and with what.
 */
export interface Provenance {
  /**
   * Digests of everything the step read, by role.
   */
  inputs: ProvenanceInput[];
  /**
   * Identity of the tools that ran, or null when none did.
   */
  toolchain: {
    [k: string]: unknown;
  } | null;
  /**
   * Arguments of each tool that ran, with relative names in place of paths.
   */
  commands: string[][];
}
/**
 * Something that a step read: what it was to the step, its name, and its digest.
 */
export interface ProvenanceInput {
  role: string;
  name: string;
  sha256: Sha256;
}
