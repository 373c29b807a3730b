// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Makes the converter's Python environment in the store, once for each identity.
 */
export interface ToolchainPythonOptions {}
