// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Plans one variant: type, size and reason of every tensor, from the model's header alone.
 */
export interface PlanOptions {
  /**
   * Name of the variant in model.json.
   */
  variant: string;
  /**
   * Plan from the header of this unquantized GGUF, in place of the one that `planFrom` of model.json names, or of the converted model: a path relative to the project's directory, or an http(s) URL, of which only the header is read. Name a revision: a URL whose file changes is not noticed while Nx remembers the plan.
   */
  from?: string;
  /**
   * Print what differs from another plan: a variant, a type of llama-quantize, a plan.json, or a GGUF by path or URL.
   */
  against?: string;
  /**
   * What is printed: a table, or the plan itself.
   */
  format?: 'table' | 'json';
}
