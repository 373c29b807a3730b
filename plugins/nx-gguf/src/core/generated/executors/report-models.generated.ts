// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Writes one HTML file about several models: those whose `report` targets it depends on.
 */
export interface ReportModelsOptions {
  /**
   * The projects of the models, in the order of the page; those that the target depends on, by name, when absent.
   */
  models?: string[];
}

/** The schema itself. */
export const reportModelsSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/report-models.schema.json",
  "title": "ReportModelsOptions",
  "description": "Writes one HTML file about several models: those whose `report` targets it depends on.",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "models": {
      "description": "The projects of the models, in the order of the page; those that the target depends on, by name, when absent.",
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      }
    }
  }
} as const;
