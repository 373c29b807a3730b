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
