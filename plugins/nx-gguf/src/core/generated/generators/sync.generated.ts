// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Brings the targets in project.json in line with model.json, corpus.json and toolchain.json. `nx sync` runs it where nx.json lists it under sync.globalGenerators.
 */
export interface SyncOptions {}

/** The schema itself. */
export const syncSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "generators/sync.schema.json",
  "title": "SyncOptions",
  "description": "Brings the targets in project.json in line with model.json, corpus.json and toolchain.json. `nx sync` runs it where nx.json lists it under sync.globalGenerators.",
  "type": "object",
  "additionalProperties": false,
  "properties": {},
  "examples": [
    {}
  ]
} as const;
