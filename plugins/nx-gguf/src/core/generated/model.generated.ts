// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * The unquantized model, a Hugging Face directory.
 */
export type Source = PathSource | CommandSource | HuggingFaceSource | GitSource | UrlSource;
/**
 * Globs of the files to take from a directory; all when absent.
 */
export type Globs = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs1 = string[];
/**
 * Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key; list them in the target's Nx `inputs` too.
 */
export type Globs2 = string[];
/**
 * Globs of the files to take, `**` for any depth; all files that are not hidden when absent. Only what is taken is fetched.
 */
export type Globs3 = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs4 = string[];
/**
 * Globs of the files to take; all files that are not hidden when absent.
 */
export type Globs5 = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs6 = string[];
/**
 * A corpus project, and which of its files when it has more than one.
 */
export type CorpusFile =
  | string
  | {
      project: string;
      file: string;
    };
/**
 * Where files come from.
 */
export type Source1 = PathSource | CommandSource | HuggingFaceSource | GitSource | UrlSource;

/**
 * All data of one model: where it comes from, how it is converted, and which variants are made and measured.
 */
export interface Model {
  $schema?: string;
  /**
   * Name of the model: the converter's model name and the stem of every GGUF's file name.
   */
  name: string;
  /**
   * A sentence for the card.
   */
  description?: string;
  /**
   * Project that holds toolchain.json.
   */
  toolchain?: string;
  source: Source;
  convert?: ConvertSettings;
  /**
   * The importance matrix; variants are quantized without one when absent.
   */
  imatrix?: ImatrixMake | ImatrixFile;
  /**
   * The variants, by name. A name has no dots: Nx reads them as levels when a target's inputs name the variant's field.
   */
  quantize?: {
    [k: string]: Variant;
  };
  /**
   * GGUF files made by others, measured the same way as the variants: each takes the targets reference:<name> and kld:<name>.
   */
  references?: {
    [k: string]: Reference;
  };
  evaluation?: EvaluationSettings;
  checks?: RuleChecks;
}
/**
 * A file or directory on this machine. Its bytes are referred to where they are, not copied, unless the file system can share them.
 */
export interface PathSource {
  type: 'path';
  /**
   * Relative to the project's directory, or absolute.
   */
  path: string;
  include?: Globs;
  exclude?: Globs1;
}
/**
 * A program that writes the files: a merge, a fine-tune, a generator. It runs only when its declared inputs change.
 */
export interface CommandSource {
  type: 'command';
  /**
   * Program and arguments, run without a shell in the project's directory. {output} is the empty directory to fill, {llamaCpp} the source of the pinned llama.cpp, {python} the interpreter of the converter's environment.
   *
   * @minItems 1
   */
  command: [string, ...string[]];
  inputs?: Globs2;
}
/**
 * Files of a repository on a Hugging Face hub.
 */
export interface HuggingFaceSource {
  type: 'huggingface';
  repository: string;
  kind?: 'model' | 'dataset';
  /**
   * Branch, tag or commit.
   */
  revision?: string;
  include?: Globs3;
  exclude?: Globs4;
  /**
   * Take this one file out of the archive (zip, tar or tar.gz) that `include` names.
   */
  member?: string;
  /**
   * Another hub that speaks the same protocol; HF_ENDPOINT, else the public hub, when absent. Your token is not sent to it unless HF_ENDPOINT names it too.
   */
  endpoint?: string;
}
/**
 * Files of a git repository, fetched without its history. Of Git LFS only the files that are taken are fetched.
 */
export interface GitSource {
  type: 'git';
  /**
   * What git itself takes: https, ssh, or the directory of a repository, relative to the project's.
   */
  url: string;
  /**
   * Branch, tag or commit.
   */
  revision?: string;
  include?: Globs5;
  exclude?: Globs6;
  /**
   * Take this one file out of the archive that `include` names.
   */
  member?: string;
}
/**
 * One file, or one member of an archive, by address and digest.
 */
export interface UrlSource {
  type: 'url';
  url: string;
  /**
   * Of the file at the address, so of the archive when `member` is given.
   */
  sha256: string;
  /**
   * Take this one file out of the archive (zip, tar or tar.gz).
   */
  member?: string;
}
/**
 * Arguments of convert_hf_to_gguf.py.
 */
export interface ConvertSettings {
  /**
   * Type of the unquantized GGUF. `auto` keeps the checkpoint's own.
   */
  outtype?: 'auto' | 'f32' | 'f16' | 'bf16' | 'q8_0' | 'tq1_0' | 'tq2_0';
  /**
   * general.name of the GGUF, when it is not what the converter finds by itself.
   */
  modelName?: string;
  /**
   * JSON file that overrides metadata, relative to the project's directory. Name it in the inputs of the target `convert` too.
   */
  metadata?: string;
  /**
   * Further arguments of the converter.
   */
  extraArgs?: string[];
}
/**
 * Make the matrix with llama-imatrix.
 */
export interface ImatrixMake {
  type: 'make';
  corpus: CorpusFile;
  /**
   * Tokens in a chunk.
   */
  ctx?: number;
  /**
   * Chunks to read; -1 reads all.
   */
  chunks?: number;
  /**
   * Logical batch size in tokens.
   */
  batch?: number;
  /**
   * Collect data for output.weight too.
   */
  processOutput?: boolean;
  /**
   * Parse special tokens in the corpus.
   */
  parseSpecial?: boolean;
}
/**
 * Take a ready matrix, GGUF or legacy.
 */
export interface ImatrixFile {
  type: 'file';
  source: Source1;
  /**
   * Which of the source's files it is, when there is more than one.
   */
  file?: string;
}
/**
 * One quantization: arguments of llama-quantize.
 */
export interface Variant {
  /**
   * What llama-quantize calls the type.
   */
  ftype: string;
  /**
   * Tensor-type file in llama.cpp's format, relative to the project's directory. Comments and blank lines are allowed.
   */
  tensorTypes?: string;
  /**
   * Use the model's importance matrix; true when the model has one.
   */
  imatrix?: boolean;
  /**
   * Quantize all tensors to the same type.
   */
  pure?: boolean;
  /**
   * Leave output.weight as it is.
   */
  leaveOutputTensor?: boolean;
  /**
   * Type of output.weight.
   */
  outputTensorType?: string;
  /**
   * Type of token_embd.weight.
   */
  tokenEmbeddingType?: string;
  /**
   * Metadata overrides, KEY=TYPE:VALUE.
   */
  overrideKv?: string[];
  /**
   * Layers to remove.
   */
  pruneLayers?: number[];
  /**
   * Write the same shards as the input has.
   */
  keepSplit?: boolean;
  /**
   * Allow tensors that are quantized already.
   */
  allowRequantize?: boolean;
  /**
   * Use the importance matrix for these tensors only.
   */
  includeWeights?: string[];
  /**
   * Do not use the importance matrix for these tensors.
   */
  excludeWeights?: string[];
  /**
   * What happens when rules change the type of tensors that no rule names, because llama.cpp counts layers: `pin` adds exact rules that keep their stock types.
   */
  sideEffects?: 'allow' | 'warn' | 'forbid' | 'pin';
  checks?: RuleChecks;
}
/**
 * How serious it is when a rule would not be honoured; those of a variant go before those of the model. An error stops before any work; with `warn` or `off`, llama-quantize gets the rule as far as it can read it.
 */
export interface RuleChecks {
  /**
   * A rule that is no `pattern=type`, or whose pattern C++ would refuse or read differently. It is left out when this is no error.
   */
  syntax?: 'error' | 'warn' | 'off';
  /**
   * A type that llama-quantize does not know or cannot write. The rule is left out when this is no error.
   */
  unknownType?: 'error' | 'warn' | 'off';
  /**
   * A pattern that means something else in lower case, which llama-quantize turns it into: `\D`, `[A-Z]`.
   */
  patternCase?: 'error' | 'warn' | 'off';
  /**
   * A rule that matches no tensor.
   */
  noMatch?: 'error' | 'warn' | 'off';
  /**
   * A rule whose tensors are all decided by earlier rules.
   */
  hidden?: 'error' | 'warn' | 'off';
  /**
   * A rule that matches only tensors that llama.cpp never quantizes.
   */
  notQuantized?: 'error' | 'warn' | 'off';
  /**
   * A rule that an option (output tensor, token embedding) overrules; a warning at most when other tensors are left to it.
   */
  overruled?: 'error' | 'warn' | 'off';
  /**
   * A rule's type whose blocks do not fit a tensor's rows, so that llama-quantize takes another type.
   */
  fallback?: 'error' | 'warn' | 'off';
  /**
   * The same, for tensors that no rule names.
   */
  defaultFallback?: 'error' | 'warn' | 'off';
  /**
   * A type that needs an importance matrix, for a tensor that it has no data for.
   */
  missingImatrix?: 'error' | 'warn' | 'off';
}
export interface Reference {
  source: Source1;
  /**
   * The variant it is shown beside on the card; alone when absent.
   */
  compareWith?: string;
}
/**
 * How variants are measured against the unquantized model with llama-perplexity.
 */
export interface EvaluationSettings {
  corpus: CorpusFile;
  /**
   * Tokens in a chunk.
   */
  ctx?: number;
  /**
   * Chunks to read; -1 reads all.
   */
  chunks?: number;
  /**
   * Logical batch size in tokens. It changes the last digits, so it is part of the action key.
   */
  batch?: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch?: number;
}

/** The schema itself. */
export const modelSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "model.schema.json",
  "title": "Model",
  "description": "All data of one model: where it comes from, how it is converted, and which variants are made and measured.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "name",
    "source"
  ],
  "properties": {
    "$schema": {
      "type": "string"
    },
    "name": {
      "description": "Name of the model: the converter's model name and the stem of every GGUF's file name.",
      "type": "string",
      "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
      "examples": [
        "Qwen3.5-0.8B"
      ]
    },
    "description": {
      "description": "A sentence for the card.",
      "type": "string"
    },
    "toolchain": {
      "description": "Project that holds toolchain.json.",
      "type": "string",
      "minLength": 1,
      "default": "llama-cpp"
    },
    "source": {
      "description": "The unquantized model, a Hugging Face directory.",
      "$ref": "source.schema.json"
    },
    "convert": {
      "$ref": "#/definitions/convert"
    },
    "imatrix": {
      "description": "The importance matrix; variants are quantized without one when absent.",
      "type": "object",
      "required": [
        "type"
      ],
      "discriminator": {
        "propertyName": "type"
      },
      "oneOf": [
        {
          "$ref": "#/definitions/imatrixMake"
        },
        {
          "$ref": "#/definitions/imatrixFile"
        }
      ]
    },
    "quantize": {
      "description": "The variants, by name. A name has no dots: Nx reads them as levels when a target's inputs name the variant's field.",
      "type": "object",
      "propertyNames": {
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
      },
      "additionalProperties": {
        "$ref": "#/definitions/variant"
      },
      "default": {}
    },
    "references": {
      "description": "GGUF files made by others, measured the same way as the variants: each takes the targets reference:<name> and kld:<name>.",
      "type": "object",
      "propertyNames": {
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
      },
      "additionalProperties": {
        "$ref": "#/definitions/reference"
      }
    },
    "evaluation": {
      "$ref": "#/definitions/evaluation"
    },
    "checks": {
      "$ref": "#/definitions/checks"
    }
  },
  "definitions": {
    "convert": {
      "title": "ConvertSettings",
      "description": "Arguments of convert_hf_to_gguf.py.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "outtype": {
          "description": "Type of the unquantized GGUF. `auto` keeps the checkpoint's own.",
          "enum": [
            "auto",
            "f32",
            "f16",
            "bf16",
            "q8_0",
            "tq1_0",
            "tq2_0"
          ],
          "default": "auto"
        },
        "modelName": {
          "description": "general.name of the GGUF, when it is not what the converter finds by itself.",
          "type": "string",
          "minLength": 1
        },
        "metadata": {
          "description": "JSON file that overrides metadata, relative to the project's directory. Name it in the inputs of the target `convert` too.",
          "type": "string",
          "minLength": 1
        },
        "extraArgs": {
          "description": "Further arguments of the converter.",
          "type": "array",
          "items": {
            "type": "string"
          },
          "examples": [
            [
              "--split-max-size",
              "40G"
            ]
          ]
        }
      }
    },
    "imatrixMake": {
      "title": "ImatrixMake",
      "description": "Make the matrix with llama-imatrix.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "corpus"
      ],
      "properties": {
        "type": {
          "const": "make"
        },
        "corpus": {
          "$ref": "#/definitions/corpusFile"
        },
        "ctx": {
          "description": "Tokens in a chunk.",
          "type": "integer",
          "minimum": 2,
          "default": 512
        },
        "chunks": {
          "description": "Chunks to read; -1 reads all.",
          "type": "integer",
          "minimum": -1,
          "default": -1
        },
        "batch": {
          "description": "Logical batch size in tokens.",
          "type": "integer",
          "minimum": 1,
          "default": 2048
        },
        "processOutput": {
          "description": "Collect data for output.weight too.",
          "type": "boolean",
          "default": false
        },
        "parseSpecial": {
          "description": "Parse special tokens in the corpus.",
          "type": "boolean",
          "default": false
        }
      }
    },
    "imatrixFile": {
      "title": "ImatrixFile",
      "description": "Take a ready matrix, GGUF or legacy.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "source"
      ],
      "properties": {
        "type": {
          "const": "file"
        },
        "source": {
          "$ref": "source.schema.json"
        },
        "file": {
          "description": "Which of the source's files it is, when there is more than one.",
          "type": "string",
          "minLength": 1
        }
      }
    },
    "corpusFile": {
      "title": "CorpusFile",
      "description": "A corpus project, and which of its files when it has more than one.",
      "oneOf": [
        {
          "type": "string",
          "minLength": 1
        },
        {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "project",
            "file"
          ],
          "properties": {
            "project": {
              "type": "string",
              "minLength": 1
            },
            "file": {
              "type": "string",
              "minLength": 1
            }
          }
        }
      ],
      "examples": [
        "wikitext-2",
        {
          "project": "llama-docs",
          "file": "evaluation.txt"
        }
      ]
    },
    "variant": {
      "title": "Variant",
      "description": "One quantization: arguments of llama-quantize.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "ftype"
      ],
      "properties": {
        "ftype": {
          "description": "What llama-quantize calls the type.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "Q4_K_M"
          ]
        },
        "tensorTypes": {
          "description": "Tensor-type file in llama.cpp's format, relative to the project's directory. Comments and blank lines are allowed.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "tensor_types.txt"
          ]
        },
        "imatrix": {
          "description": "Use the model's importance matrix; true when the model has one.",
          "type": "boolean"
        },
        "pure": {
          "description": "Quantize all tensors to the same type.",
          "type": "boolean",
          "default": false
        },
        "leaveOutputTensor": {
          "description": "Leave output.weight as it is.",
          "type": "boolean",
          "default": false
        },
        "outputTensorType": {
          "description": "Type of output.weight.",
          "type": "string",
          "minLength": 1
        },
        "tokenEmbeddingType": {
          "description": "Type of token_embd.weight.",
          "type": "string",
          "minLength": 1
        },
        "overrideKv": {
          "description": "Metadata overrides, KEY=TYPE:VALUE.",
          "type": "array",
          "items": {
            "type": "string"
          },
          "examples": [
            [
              "qwen35.context_length=int:32768"
            ]
          ]
        },
        "pruneLayers": {
          "description": "Layers to remove.",
          "type": "array",
          "items": {
            "type": "integer",
            "minimum": 0
          },
          "uniqueItems": true
        },
        "keepSplit": {
          "description": "Write the same shards as the input has.",
          "type": "boolean",
          "default": false
        },
        "allowRequantize": {
          "description": "Allow tensors that are quantized already.",
          "type": "boolean",
          "default": false
        },
        "includeWeights": {
          "description": "Use the importance matrix for these tensors only.",
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1
          }
        },
        "excludeWeights": {
          "description": "Do not use the importance matrix for these tensors.",
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1
          }
        },
        "sideEffects": {
          "description": "What happens when rules change the type of tensors that no rule names, because llama.cpp counts layers: `pin` adds exact rules that keep their stock types.",
          "enum": [
            "allow",
            "warn",
            "forbid",
            "pin"
          ],
          "default": "warn"
        },
        "checks": {
          "$ref": "#/definitions/checks"
        }
      }
    },
    "checks": {
      "title": "RuleChecks",
      "description": "How serious it is when a rule would not be honoured; those of a variant go before those of the model. An error stops before any work; with `warn` or `off`, llama-quantize gets the rule as far as it can read it.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "syntax": {
          "description": "A rule that is no `pattern=type`, or whose pattern C++ would refuse or read differently. It is left out when this is no error.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "unknownType": {
          "description": "A type that llama-quantize does not know or cannot write. The rule is left out when this is no error.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "patternCase": {
          "description": "A pattern that means something else in lower case, which llama-quantize turns it into: `\\D`, `[A-Z]`.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "noMatch": {
          "description": "A rule that matches no tensor.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "hidden": {
          "description": "A rule whose tensors are all decided by earlier rules.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "notQuantized": {
          "description": "A rule that matches only tensors that llama.cpp never quantizes.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "overruled": {
          "description": "A rule that an option (output tensor, token embedding) overrules; a warning at most when other tensors are left to it.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "fallback": {
          "description": "A rule's type whose blocks do not fit a tensor's rows, so that llama-quantize takes another type.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        },
        "defaultFallback": {
          "description": "The same, for tensors that no rule names.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "warn"
        },
        "missingImatrix": {
          "description": "A type that needs an importance matrix, for a tensor that it has no data for.",
          "enum": [
            "error",
            "warn",
            "off"
          ],
          "default": "error"
        }
      }
    },
    "reference": {
      "title": "Reference",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "source"
      ],
      "properties": {
        "source": {
          "$ref": "source.schema.json"
        },
        "compareWith": {
          "description": "The variant it is shown beside on the card; alone when absent.",
          "type": "string",
          "minLength": 1
        }
      }
    },
    "evaluation": {
      "title": "EvaluationSettings",
      "description": "How variants are measured against the unquantized model with llama-perplexity.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "corpus"
      ],
      "properties": {
        "corpus": {
          "$ref": "#/definitions/corpusFile"
        },
        "ctx": {
          "description": "Tokens in a chunk.",
          "type": "integer",
          "minimum": 2,
          "default": 512
        },
        "chunks": {
          "description": "Chunks to read; -1 reads all.",
          "type": "integer",
          "minimum": -1,
          "default": -1
        },
        "batch": {
          "description": "Logical batch size in tokens. It changes the last digits, so it is part of the action key.",
          "type": "integer",
          "minimum": 1,
          "default": 2048
        },
        "ubatch": {
          "description": "Physical batch size in tokens.",
          "type": "integer",
          "minimum": 1,
          "default": 512
        }
      }
    }
  }
} as const;
