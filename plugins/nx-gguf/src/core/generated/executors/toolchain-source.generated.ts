// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Verifies and extracts the source of llama.cpp into the store.
 */
export interface ToolchainSourceOptions {
  /**
   * The toolchain file, relative to the project's directory.
   */
  config?: string;
}

/** The schema itself. */
export const toolchainSourceSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/toolchain-source.schema.json",
  "title": "ToolchainSourceOptions",
  "description": "Verifies and extracts the source of llama.cpp into the store.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "config": {
      "description": "The toolchain file, relative to the project's directory.",
      "type": "string",
      "minLength": 1,
      "default": "toolchain.json"
    }
  }
} as const;
