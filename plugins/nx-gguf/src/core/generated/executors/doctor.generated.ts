// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Checks what this machine needs to build and run the toolchain, and says how to install what is missing.
 */
export interface DoctorOptions {}
