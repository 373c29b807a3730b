// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Prints the speeds of all variants and references that were measured, in a table for each machine.
 */
export interface BenchTableOptions {
  /**
   * Further results, from other machines: paths of bench.json files from the root of the workspace.
   */
  with?: string[];
}

/** The schema itself. */
export const benchTableSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/bench-table.schema.json",
  "title": "BenchTableOptions",
  "description": "Prints the speeds of all variants and references that were measured, in a table for each machine.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "with": {
      "description": "Further results, from other machines: paths of bench.json files from the root of the workspace.",
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      },
      "examples": [
        [
          "tmp/workstation/bench.json"
        ]
      ]
    }
  },
  "examples": [
    {}
  ]
} as const;
