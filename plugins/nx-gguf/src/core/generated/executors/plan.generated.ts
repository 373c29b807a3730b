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

/** The schema itself. */
export const planSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "executors/plan.schema.json",
  "title": "PlanOptions",
  "description": "Plans one variant: type, size and reason of every tensor, from the model's header alone.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "variant"
  ],
  "properties": {
    "variant": {
      "description": "Name of the variant in model.json.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q4_K_M"
      ]
    },
    "from": {
      "description": "Plan from the header of this unquantized GGUF, in place of the one that `planFrom` of model.json names, or of the converted model: a path relative to the project's directory, or an http(s) URL, of which only the header is read. Name a revision: a URL whose file changes is not noticed while Nx remembers the plan.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "https://huggingface.co/unsloth/Qwen3.5-0.8B-GGUF/resolve/main/Qwen3.5-0.8B-BF16.gguf"
      ]
    },
    "against": {
      "description": "Print what differs from another plan: a variant, a type of llama-quantize, a plan.json, or a GGUF by path or URL.",
      "type": "string",
      "minLength": 1,
      "examples": [
        "Q5_K_M"
      ]
    },
    "format": {
      "description": "What is printed: a table, or the plan itself.",
      "enum": [
        "table",
        "json"
      ],
      "default": "table"
    }
  },
  "examples": [
    {
      "variant": "Q4_K_M"
    }
  ]
} as const;
