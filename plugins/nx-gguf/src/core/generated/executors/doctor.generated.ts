// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Checks what this machine needs to build and run the toolchain, and says how to install what is missing.
 */
export interface DoctorOptions {}

/** The schema itself. */
export const doctorSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/doctor.schema.json",
  "title": "DoctorOptions",
  "description": "Checks what this machine needs to build and run the toolchain, and says how to install what is missing.",
  "type": "object",
  "additionalProperties": false,
  "properties": {}
} as const;
