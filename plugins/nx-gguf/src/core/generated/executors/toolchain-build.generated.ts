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

/** The schema itself. */
export const toolchainBuildSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/toolchain-build.schema.json",
  "title": "ToolchainBuildOptions",
  "description": "Builds the tools of llama.cpp into the store, once for each identity.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "jobs": {
      "description": "Parallel compile jobs; those of toolchain.json, else all cores, when absent.",
      "type": "integer",
      "minimum": 1
    }
  }
} as const;
