// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Brings a GGUF that somebody else made into the store, to be measured like the variants.
 */
export interface ReferenceOptions {
  /**
   * Name of the reference in model.json.
   */
  reference: string;
  /**
   * Bandwidth cap for downloads in bytes a second; NX_GGUF_MAX_BYTES_PER_SECOND, else none, when absent. Not part of the action key.
   */
  maxBytesPerSecond?: number;
}
