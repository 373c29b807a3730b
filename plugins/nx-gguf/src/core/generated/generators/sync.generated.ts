// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Brings the targets in project.json in line with model.json, corpus.json and toolchain.json. `nx sync` runs it where nx.json lists it under sync.globalGenerators.
 */
export interface SyncOptions {}
