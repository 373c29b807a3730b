// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Makes the converter's Python environment in the store, once for each identity.
 */
export interface ToolchainPythonOptions {}

/** The schema itself. */
export const toolchainPythonSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/toolchain-python.schema.json",
  "title": "ToolchainPythonOptions",
  "description": "Makes the converter's Python environment in the store, once for each identity.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
