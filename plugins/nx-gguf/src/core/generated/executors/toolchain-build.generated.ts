// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Builds the tools of llama.cpp into the store, once for each identity.
 */
export interface ToolchainBuildOptions {
  /**
   * Parallel compile jobs; those of toolchain.json, else all cores, when absent.
   */
  jobs?: number;
}
