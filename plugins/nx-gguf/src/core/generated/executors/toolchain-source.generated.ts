// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Verifies and extracts the source of llama.cpp into the store.
 */
export interface ToolchainSourceOptions {}

/** The schema itself. */
export const toolchainSourceSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/toolchain-source.schema.json",
  "title": "ToolchainSourceOptions",
  "description": "Verifies and extracts the source of llama.cpp into the store.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
