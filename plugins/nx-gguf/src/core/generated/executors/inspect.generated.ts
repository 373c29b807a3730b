// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Shows what a GGUF holds: metadata, tensors, types per role, bits per weight.
 */
export interface InspectOptions {
  /**
   * Name of the variant in model.json; the unquantized model when absent.
   */
  variant?: string;
  /**
   * Path from the root of the workspace, http(s) URL, or the beginning of a digest in the store; in place of a variant.
   */
  file?: string;
  /**
   * Another file, given in the same ways: show how the two differ instead, and fail if they do.
   */
  against?: string;
  /**
   * Print JSON.
   */
  json?: boolean;
}
