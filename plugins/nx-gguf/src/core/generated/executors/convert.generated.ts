// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Converts the fetched checkpoint to an unquantized GGUF with convert_hf_to_gguf.py.
 */
export interface ConvertOptions {}
