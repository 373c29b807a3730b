// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Verifies and extracts the source of llama.cpp into the store.
 */
export interface ToolchainSourceOptions {}
