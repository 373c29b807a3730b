// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * An entry of Nx's remote cache: the blob that holds its archive, and the blobs that manifests in the archive name.
 */
export interface NxEntry {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * The task hash that Nx asks for.
   */
  hash: string;
  body: NamedBlob;
  /**
   * Without these the entry is not answered.
   */
  blobs: NamedBlob[];
}

/**
 * Bytes by digest and size.
 */
export interface NamedBlob {
  sha256: string;
  sizeBytes: number;
}
