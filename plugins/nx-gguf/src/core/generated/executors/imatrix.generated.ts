// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Makes the importance matrix with llama-imatrix, or takes a ready one.
 */
export interface ImatrixOptions {
  /**
   * Threads for the tool; all cores when absent. Not part of the action key.
   */
  threads?: number;
  /**
   * Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.
   */
  maxBytesPerSecond?: number;
}
