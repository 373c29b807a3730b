// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Lower-case hexadecimal sha256.
 */
export type Sha256 = string;

/**
 * A number of things, or of bytes, held exactly.
 */
export type Count = number;

/**
 * Relative path with forward slashes, without '.' or '..' segments.
 */
export type RelativePath = string;

/**
 * Name of a variant or a reference.
 */
export type MeasuredName = string;

/**
 * A file that was measured or measured with.
 */
export interface MeasuredFile {
  /**
   * Its name in the manifest it comes from.
   */
  name: string;
  sha256: Sha256;
}
