// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * A number of bytes or of values, held exactly.
 */
export type Size = number;
/**
 * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
 */
export type TypeName = string;
/**
 * Why a tensor gets its type.
 */
export type PlanReason = ByRule | ByPin | ByOption | ByDefault | ByFallback | ByCopy | BySideEffect;
/**
 * Line of the tensor-type file.
 */
export type Line = number;

/**
 * What llama-quantize makes of every tensor of a model, and why. Equal plans have equal bytes.
 */
export interface QuantizationPlan {
  /**
   * Format version of this file.
   */
  format: 1;
  /**
   * What llama-quantize calls the type of the whole file.
   */
  ftype: string;
  /**
   * In the order of the output.
   *
   * @maxItems 131072
   */
  tensors: PlannedTensor[];
  total: PlanTotal;
}
/**
 * One tensor: what it is, what it becomes, and why.
 */
export interface PlannedTensor {
  name: string;
  /**
   * Row length first; without trailing dimensions of one.
   */
  shape: Size[];
  from: TypeName;
  to: TypeName;
  /**
   * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
   */
  stock?: string;
  sizeBytes: Size;
  because: PlanReason;
}
/**
 * A rule of the tensor-type file.
 */
export interface ByRule {
  kind: 'rule';
  rule: string;
  line: Line;
}
/**
 * A rule that was added so that the tensor keeps its stock type.
 */
export interface ByPin {
  kind: 'pin';
  rule: string;
}
/**
 * An option of the variant; `overruled` is the line of a rule that wanted something else.
 */
export interface ByOption {
  kind: 'option';
  option: 'output-tensor-type' | 'token-embedding-type' | 'leave-output-tensor' | 'pure';
  overruled?: Line;
}
/**
 * What llama.cpp does by itself for this type of file.
 */
export interface ByDefault {
  kind: 'default';
}
/**
 * The row length is no multiple of the block size of the wanted type; `line` is that of the rule that wanted it.
 */
export interface ByFallback {
  kind: 'fallback';
  wanted: TypeName;
  line?: Line;
}
/**
 * The tensor is copied; `ignored` is the line of a rule that names it all the same.
 */
export interface ByCopy {
  kind: 'copied';
  why: 'not quantizable' | 'has the type already' | 'only copied';
  ignored?: Line;
}
/**
 * No rule names the tensor, but rules for others shifted llama.cpp's layer counters; `stock` is its type without rules.
 */
export interface BySideEffect {
  kind: 'side-effect';
  stock: TypeName;
}
/**
 * Sums over all tensors of the file.
 */
export interface PlanTotal {
  elements: Size;
  /**
   * A number of bytes or of values, held exactly.
   */
  sizeBytes: number;
  /**
   * Of tensor data, as llama-quantize counts it.
   */
  bitsPerWeight: number;
  /**
   * A number of bytes or of values, held exactly.
   */
  sourceBytes: number;
}

/** The schema itself. */
export const planSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "plan.schema.json",
  "title": "QuantizationPlan",
  "description": "What llama-quantize makes of every tensor of a model, and why. Equal plans have equal bytes.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "ftype",
    "tensors",
    "total"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "ftype": {
      "description": "What llama-quantize calls the type of the whole file.",
      "type": "string",
      "minLength": 1
    },
    "tensors": {
      "description": "In the order of the output.",
      "type": "array",
      "maxItems": 131072,
      "items": {
        "$ref": "#/definitions/tensor"
      }
    },
    "total": {
      "$ref": "#/definitions/total"
    }
  },
  "definitions": {
    "size": {
      "description": "A number of bytes or of values, held exactly.",
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991
    },
    "typeName": {
      "description": "A tensor type as llama.cpp prints it: q4_K, iq2_xxs.",
      "type": "string",
      "pattern": "^[a-z0-9_A-Z]{1,32}$"
    },
    "line": {
      "description": "Line of the tensor-type file.",
      "type": "integer",
      "minimum": 1
    },
    "total": {
      "title": "PlanTotal",
      "description": "Sums over all tensors of the file.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "elements",
        "sizeBytes",
        "bitsPerWeight",
        "sourceBytes"
      ],
      "properties": {
        "elements": {
          "$ref": "#/definitions/size"
        },
        "sizeBytes": {
          "description": "Tensor data only, without padding.",
          "$ref": "#/definitions/size"
        },
        "bitsPerWeight": {
          "description": "Of tensor data, as llama-quantize counts it.",
          "type": "number",
          "minimum": 0
        },
        "sourceBytes": {
          "description": "Tensor data of the source.",
          "$ref": "#/definitions/size"
        }
      }
    },
    "tensor": {
      "title": "PlannedTensor",
      "description": "One tensor: what it is, what it becomes, and why.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "shape",
        "from",
        "to",
        "sizeBytes",
        "because"
      ],
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1,
          "maxLength": 63
        },
        "shape": {
          "description": "Row length first; without trailing dimensions of one.",
          "type": "array",
          "items": {
            "$ref": "#/definitions/size"
          }
        },
        "from": {
          "$ref": "#/definitions/typeName"
        },
        "to": {
          "$ref": "#/definitions/typeName"
        },
        "stock": {
          "description": "What the type would be with the same options but without any rule; absent when it is not known.",
          "$ref": "#/definitions/typeName"
        },
        "sizeBytes": {
          "$ref": "#/definitions/size"
        },
        "because": {
          "$ref": "#/definitions/reason"
        }
      }
    },
    "reason": {
      "title": "PlanReason",
      "description": "Why a tensor gets its type.",
      "type": "object",
      "required": [
        "kind"
      ],
      "discriminator": {
        "propertyName": "kind"
      },
      "oneOf": [
        {
          "$ref": "#/definitions/byRule"
        },
        {
          "$ref": "#/definitions/byPin"
        },
        {
          "$ref": "#/definitions/byOption"
        },
        {
          "$ref": "#/definitions/byDefault"
        },
        {
          "$ref": "#/definitions/byFallback"
        },
        {
          "$ref": "#/definitions/byCopy"
        },
        {
          "$ref": "#/definitions/bySideEffect"
        }
      ]
    },
    "byRule": {
      "title": "ByRule",
      "description": "A rule of the tensor-type file.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind",
        "rule",
        "line"
      ],
      "properties": {
        "kind": {
          "const": "rule"
        },
        "rule": {
          "type": "string"
        },
        "line": {
          "$ref": "#/definitions/line"
        }
      }
    },
    "byPin": {
      "title": "ByPin",
      "description": "A rule that was added so that the tensor keeps its stock type.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind",
        "rule"
      ],
      "properties": {
        "kind": {
          "const": "pin"
        },
        "rule": {
          "type": "string"
        }
      }
    },
    "byOption": {
      "title": "ByOption",
      "description": "An option of the variant; `overruled` is the line of a rule that wanted something else.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind",
        "option"
      ],
      "properties": {
        "kind": {
          "const": "option"
        },
        "option": {
          "enum": [
            "output-tensor-type",
            "token-embedding-type",
            "leave-output-tensor",
            "pure"
          ]
        },
        "overruled": {
          "$ref": "#/definitions/line"
        }
      }
    },
    "byDefault": {
      "title": "ByDefault",
      "description": "What llama.cpp does by itself for this type of file.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind"
      ],
      "properties": {
        "kind": {
          "const": "default"
        }
      }
    },
    "byFallback": {
      "title": "ByFallback",
      "description": "The row length is no multiple of the block size of the wanted type; `line` is that of the rule that wanted it.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind",
        "wanted"
      ],
      "properties": {
        "kind": {
          "const": "fallback"
        },
        "wanted": {
          "$ref": "#/definitions/typeName"
        },
        "line": {
          "$ref": "#/definitions/line"
        }
      }
    },
    "byCopy": {
      "title": "ByCopy",
      "description": "The tensor is copied; `ignored` is the line of a rule that names it all the same.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind",
        "why"
      ],
      "properties": {
        "kind": {
          "const": "copied"
        },
        "why": {
          "enum": [
            "not quantizable",
            "has the type already",
            "only copied"
          ]
        },
        "ignored": {
          "$ref": "#/definitions/line"
        }
      }
    },
    "bySideEffect": {
      "title": "BySideEffect",
      "description": "No rule names the tensor, but rules for others shifted llama.cpp's layer counters; `stock` is its type without rules.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "kind",
        "stock"
      ],
      "properties": {
        "kind": {
          "const": "side-effect"
        },
        "stock": {
          "$ref": "#/definitions/typeName"
        }
      }
    }
  }
} as const;
