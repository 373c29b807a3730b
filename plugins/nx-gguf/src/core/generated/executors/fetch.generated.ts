// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Brings the files of a source into the store: the checkpoint of a model, or the texts of a corpus.
 */
export interface FetchOptions {
  /**
   * Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.
   */
  maxBytesPerSecond?: number;
}
