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
 * Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key, and Nx hashes them, also those that git ignores.
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
 * A size with its unit.
 */
export type SizeText = string;
/**
 * A number in the metric's own unit, or a percentage of the other's value.
 */
export type Allowance = number | string;

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
  /**
   * An unquantized GGUF of the same model that lies elsewhere. Plans are then made from its header, of which only ranges are read, before any weight is on this machine. What is quantized always goes by the converted model itself.
   */
  planFrom?: HuggingFaceSource | HeaderUrl | HeaderPath;
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
   * GGUF files made by others, measured the same way as the variants: each has the targets reference:<name> and kld:<name>.
   */
  references?: {
    [k: string]: Reference;
  };
  evaluation?: EvaluationSettings;
  bench?: BenchSettings;
  /**
   * What must hold of a variant, by its name: the target `gate` fails when it does not.
   */
  gates?: {
    [k: string]: VariantGate;
  };
  checks?: RuleChecks;
  publish?: PublishSettings;
  card?: CardSettings;
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
 * A GGUF by its address, of which only the header is read; of a split one, that of its first file.
 */
export interface HeaderUrl {
  type: 'url';
  /**
   * Name a revision: an address whose file changes is not noticed while Nx remembers the plan.
   */
  url: string;
}
/**
 * A GGUF on this machine; of a split one, its first file.
 */
export interface HeaderPath {
  type: 'path';
  /**
   * Relative to the project's directory, or absolute. Its plans are looked at anew each time.
   */
  path: string;
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
   * JSON file that overrides metadata, relative to the project's directory.
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
/**
 * A GGUF that somebody else made: a file, or all files of a split one.
 */
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
   * Physical batch size in tokens. It changes the last digits too.
   */
  ubatch?: number;
  /**
   * Layers that are computed on the GPU; llama.cpp decides when absent. This and the three below are part of the action key.
   */
  gpuLayers?: number | ('auto' | 'all');
  /**
   * Devices to compute on, as llama-perplexity --list-devices names them; ["none"] for the CPU alone.
   *
   * @minItems 1
   */
  device?: [string, ...string[]];
  /**
   * RPC servers of llama.cpp to compute on, each host:port. The toolchain needs the RPC backend.
   *
   * @minItems 1
   */
  rpc?: [string, ...string[]];
  /**
   * Use flash attention; llama.cpp decides when absent.
   */
  flashAttention?: 'on' | 'off' | 'auto';
  /**
   * What becomes of the unquantized model's logits. `stream`: they flow to the variants and are not kept; logits that were kept on this machine are used. `keep`: also encoded into the store, where later measurements find them, or brought from the team's. `auto`: the same when they are within baseLimit. No part of the action key.
   */
  base?: 'stream' | 'keep' | 'auto';
  /**
   * Largest base logits that `auto` keeps, in bytes before they are encoded.
   */
  baseLimit?: number;
  /**
   * A kept base goes to the team's store too, also one that was kept before. It is large, so by default it stays on this machine.
   */
  shareBase?: boolean;
}
/**
 * How the speed of variants and references is measured with llama-bench; what is absent is left to the tool.
 */
export interface BenchSettings {
  /**
   * Lengths of prompts in tokens whose processing is timed, each a test of its own.
   *
   * @maxItems 64
   */
  prompt?: number[];
  /**
   * Numbers of tokens whose generation is timed, each a test of its own.
   *
   * @maxItems 64
   */
  generate?: number[];
  /**
   * Tokens that are in the context before a test; each test runs at each depth.
   *
   * @maxItems 64
   */
  depth?: number[];
  /**
   * Samples of each test, after a run to warm up.
   */
  repetitions?: number;
  /**
   * Threads; the tool's own choice when absent. Here they are part of the action key.
   */
  threads?: number;
  /**
   * Logical batch size in tokens.
   */
  batch?: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch?: number;
  /**
   * Layers to keep on the GPU.
   */
  gpuLayers?: number;
  /**
   * Flash attention.
   */
  flashAttention?: 'auto' | 'on' | 'off';
  /**
   * Devices to use, as `llama-bench --list-devices` names them.
   *
   * @minItems 1
   * @maxItems 64
   */
  devices?: [string, ...string[]];
  /**
   * Type of the cache of keys.
   */
  cacheTypeK?: string;
  /**
   * Type of the cache of values.
   */
  cacheTypeV?: string;
}
/**
 * The requirements for one variant; all of them must hold. What was not measured does not hold.
 */
export interface VariantGate {
  atMost?: GateCeilings;
  atLeast?: GateFloors;
  /**
   * By the name of a reference or of another variant: by how much the variant may be worse.
   */
  noWorseThan?: {
    [k: string]: GateAllowances;
  };
}
/**
 * The largest values that are allowed.
 */
export interface GateCeilings {
  /**
   * Mean KL divergence from the unquantized model, in nats.
   */
  meanKld?: number;
  /**
   * KL divergence that 99.9 % of the tokens are at or below, in nats.
   */
  percentile99_9Kld?: number;
  /**
   * KL divergence that 99 % of the tokens are at or below, in nats.
   */
  percentile99Kld?: number;
  /**
   * KL divergence of the worst token, in nats.
   */
  maximumKld?: number;
  /**
   * Perplexity, as a ratio to that of the unquantized model.
   */
  perplexityRatio?: number;
  /**
   * Root mean square of the change of the right token's probability, in percentage points.
   */
  rmsDeltaProbabilityPercent?: number;
  /**
   * Size of all files of the variant: bytes, or a number with a unit.
   */
  size?: number | SizeText;
  /**
   * Bits per weight, as llama-quantize counts them.
   */
  bitsPerWeight?: number;
}
/**
 * The smallest values that are allowed.
 */
export interface GateFloors {
  /**
   * Share of tokens for which variant and unquantized model put the same token first, in percent.
   */
  sameTopPercent?: number;
}
/**
 * By how much each metric may be worse than the other's: a number in the metric's own unit, or a percentage of the other's value.
 */
export interface GateAllowances {
  meanKld?: Allowance;
  percentile99_9Kld?: Allowance;
  percentile99Kld?: Allowance;
  maximumKld?: Allowance;
  perplexityRatio?: Allowance;
  rmsDeltaProbabilityPercent?: Allowance;
  sameTopPercent?: Allowance;
  /**
   * Bytes, a number with a unit, or a percentage.
   */
  size?: Allowance | SizeText;
  bitsPerWeight?: Allowance;
}
/**
 * What the target `publish` puts where.
 */
export interface PublishSettings {
  /**
   * Where to; the options of the target can say another place.
   */
  to?: PublishHub | PublishDirectory | PublishGit;
  /**
   * The variants to publish; all when absent.
   */
  variants?: string[];
  /**
   * What is published: the GGUFs of the `variants`, the `card` with the files it shows, the `imatrix`, the `unquantized` GGUF, the `plan` of each variant as plan/<variant>.json, and what was measured (`kld`) as kld/<variant>.json.
   */
  files?: ('variants' | 'card' | 'imatrix' | 'unquantized' | 'plan' | 'kld')[];
  /**
   * GGUFs above this size are split with llama-gguf-split into parts that hold at most this much tensor data, in units of 10^6 (M) or 10^9 (G) bytes. A hub takes no file above 50 GB.
   */
  splitMaxSize?: string;
}
/**
 * A model repository on a Hugging Face hub. Your token (HF_TOKEN, or the file of the hub's own tools) has to be allowed to write it.
 */
export interface PublishHub {
  type: 'huggingface';
  /**
   * User or organization, and name.
   */
  repository: string;
  branch?: string;
  /**
   * Of a repository that `--create` makes.
   */
  visibility?: 'private' | 'public';
  /**
   * Another hub that speaks the same protocol; HF_ENDPOINT, else the public hub, when absent. Your token is not sent to it unless HF_ENDPOINT names it too.
   */
  endpoint?: string;
}
/**
 * A directory, for instance one that is synchronized or served. Its files are reflinks or hard links where it is on the store's file system, else copies.
 */
export interface PublishDirectory {
  type: 'directory';
  /**
   * Relative to the project's directory, or absolute.
   */
  path: string;
}
/**
 * A branch of a git repository. GGUFs and other large files go into Git LFS.
 */
export interface PublishGit {
  type: 'git';
  /**
   * What git itself takes: https, ssh, or the directory of a repository, relative to the project's.
   */
  url: string;
  branch?: string;
}
/**
 * The model card. What is not given here is taken from the source's own card, as far as it has one.
 */
export interface CardSettings {
  /**
   * Markdown with placeholders, relative to the project's directory, in place of the card's own.
   */
  template?: string;
  /**
   * Who is named as the maker of the quantizations.
   */
  quantizedBy?: string;
  /**
   * Repository on the hub of what was quantized, when the source is another one.
   */
  baseModel?: string;
  /**
   * The hub's name of a licence.
   */
  license?: string;
  /**
   * Name of a licence that is `other`.
   */
  licenseName?: string;
  /**
   * Where the text of such a licence is.
   */
  licenseLink?: string;
  /**
   * Codes of languages.
   */
  languages?: string[];
  /**
   * Further tags.
   */
  tags?: string[];
  /**
   * The hub's name of the task.
   */
  pipelineTag?: string;
  /**
   * The hub's name of the library that loads the files.
   */
  libraryName?: string;
  /**
   * What each variant is good for, by its name.
   */
  uses?: {
    [k: string]: string;
  };
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
    "planFrom": {
      "description": "An unquantized GGUF of the same model that lies elsewhere. Plans are then made from its header, of which only ranges are read, before any weight is on this machine. What is quantized always goes by the converted model itself.",
      "type": "object",
      "required": [
        "type"
      ],
      "discriminator": {
        "propertyName": "type"
      },
      "oneOf": [
        {
          "$ref": "source.schema.json#/definitions/huggingfaceSource"
        },
        {
          "$ref": "#/definitions/headerUrl"
        },
        {
          "$ref": "#/definitions/headerPath"
        }
      ]
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
      "description": "GGUF files made by others, measured the same way as the variants: each has the targets reference:<name> and kld:<name>.",
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
    "bench": {
      "$ref": "#/definitions/bench"
    },
    "gates": {
      "description": "What must hold of a variant, by its name: the target `gate` fails when it does not.",
      "type": "object",
      "propertyNames": {
        "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
      },
      "additionalProperties": {
        "$ref": "#/definitions/gate"
      }
    },
    "checks": {
      "$ref": "#/definitions/checks"
    },
    "publish": {
      "$ref": "#/definitions/publish"
    },
    "card": {
      "$ref": "#/definitions/card"
    }
  },
  "definitions": {
    "headerUrl": {
      "title": "HeaderUrl",
      "description": "A GGUF by its address, of which only the header is read; of a split one, that of its first file.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "url"
      ],
      "properties": {
        "type": {
          "const": "url"
        },
        "url": {
          "description": "Name a revision: an address whose file changes is not noticed while Nx remembers the plan.",
          "type": "string",
          "pattern": "^https?://[^@\\s]+$",
          "examples": [
            "https://models.example.org/my-finetune/v3/model-BF16.gguf"
          ]
        }
      }
    },
    "headerPath": {
      "title": "HeaderPath",
      "description": "A GGUF on this machine; of a split one, its first file.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "path"
      ],
      "properties": {
        "type": {
          "const": "path"
        },
        "path": {
          "description": "Relative to the project's directory, or absolute. Its plans are looked at anew each time.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "../../checkpoints/my-finetune-BF16.gguf"
          ]
        }
      }
    },
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
          "description": "JSON file that overrides metadata, relative to the project's directory.",
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
      "description": "A GGUF that somebody else made: a file, or all files of a split one.",
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
    "card": {
      "title": "CardSettings",
      "description": "The model card. What is not given here is taken from the source's own card, as far as it has one.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "template": {
          "description": "Markdown with placeholders, relative to the project's directory, in place of the card's own.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "card.md"
          ]
        },
        "quantizedBy": {
          "description": "Who is named as the maker of the quantizations.",
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"
        },
        "baseModel": {
          "description": "Repository on the hub of what was quantized, when the source is another one.",
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$"
        },
        "license": {
          "description": "The hub's name of a licence.",
          "type": "string",
          "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"
        },
        "licenseName": {
          "description": "Name of a licence that is `other`.",
          "type": "string",
          "minLength": 1,
          "maxLength": 128
        },
        "licenseLink": {
          "description": "Where the text of such a licence is.",
          "type": "string",
          "pattern": "^(https?://[^\\s<>\"]+|[A-Za-z0-9][A-Za-z0-9._-]*)$"
        },
        "languages": {
          "description": "Codes of languages.",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$|^multilingual$|^code$"
          },
          "examples": [
            [
              "en",
              "de"
            ]
          ]
        },
        "tags": {
          "description": "Further tags.",
          "type": "array",
          "items": {
            "type": "string",
            "minLength": 1,
            "maxLength": 100
          }
        },
        "pipelineTag": {
          "description": "The hub's name of the task.",
          "type": "string",
          "pattern": "^[a-z0-9][a-z0-9-]{0,63}$",
          "examples": [
            "text-generation"
          ]
        },
        "libraryName": {
          "description": "The hub's name of the library that loads the files.",
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
          "default": "gguf"
        },
        "uses": {
          "description": "What each variant is good for, by its name.",
          "type": "object",
          "propertyNames": {
            "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
          },
          "additionalProperties": {
            "type": "string",
            "minLength": 1
          },
          "examples": [
            {
              "Q4_K_M": "the smallest that we use"
            }
          ]
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
          "description": "Physical batch size in tokens. It changes the last digits too.",
          "type": "integer",
          "minimum": 1,
          "default": 512
        },
        "gpuLayers": {
          "description": "Layers that are computed on the GPU; llama.cpp decides when absent. This and the three below are part of the action key.",
          "oneOf": [
            {
              "type": "integer",
              "minimum": 0
            },
            {
              "enum": [
                "auto",
                "all"
              ]
            }
          ]
        },
        "device": {
          "description": "Devices to compute on, as llama-perplexity --list-devices names them; [\"none\"] for the CPU alone.",
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "string",
            "pattern": "^[^,\\s]+$"
          },
          "examples": [
            [
              "CUDA0"
            ]
          ]
        },
        "rpc": {
          "description": "RPC servers of llama.cpp to compute on, each host:port. The toolchain needs the RPC backend.",
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "string",
            "pattern": "^[^,\\s]+:[0-9]+$"
          },
          "examples": [
            [
              "10.0.0.2:50052"
            ]
          ]
        },
        "flashAttention": {
          "description": "Use flash attention; llama.cpp decides when absent.",
          "enum": [
            "on",
            "off",
            "auto"
          ]
        },
        "base": {
          "description": "What becomes of the unquantized model's logits. `stream`: they flow to the variants and are not kept; logits that were kept on this machine are used. `keep`: also encoded into the store, where later measurements find them, or brought from the team's. `auto`: the same when they are within baseLimit. No part of the action key.",
          "enum": [
            "stream",
            "keep",
            "auto"
          ],
          "default": "stream"
        },
        "baseLimit": {
          "description": "Largest base logits that `auto` keeps, in bytes before they are encoded.",
          "type": "integer",
          "minimum": 0,
          "default": 4294967296
        },
        "shareBase": {
          "description": "A kept base goes to the team's store too, also one that was kept before. It is large, so by default it stays on this machine.",
          "type": "boolean",
          "default": false
        }
      }
    },
    "bench": {
      "title": "BenchSettings",
      "description": "How the speed of variants and references is measured with llama-bench; what is absent is left to the tool.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "prompt": {
          "description": "Lengths of prompts in tokens whose processing is timed, each a test of its own.",
          "type": "array",
          "maxItems": 64,
          "uniqueItems": true,
          "items": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1048576
          },
          "default": [
            512
          ]
        },
        "generate": {
          "description": "Numbers of tokens whose generation is timed, each a test of its own.",
          "type": "array",
          "maxItems": 64,
          "uniqueItems": true,
          "items": {
            "type": "integer",
            "minimum": 1,
            "maximum": 1048576
          },
          "default": [
            128
          ]
        },
        "depth": {
          "description": "Tokens that are in the context before a test; each test runs at each depth.",
          "type": "array",
          "maxItems": 64,
          "uniqueItems": true,
          "items": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1048576
          },
          "default": [
            0
          ]
        },
        "repetitions": {
          "description": "Samples of each test, after a run to warm up.",
          "type": "integer",
          "minimum": 1,
          "maximum": 1000,
          "default": 5
        },
        "threads": {
          "description": "Threads; the tool's own choice when absent. Here they are part of the action key.",
          "type": "integer",
          "minimum": 1,
          "maximum": 4096
        },
        "batch": {
          "description": "Logical batch size in tokens.",
          "type": "integer",
          "minimum": 1,
          "default": 2048
        },
        "ubatch": {
          "description": "Physical batch size in tokens.",
          "type": "integer",
          "minimum": 1,
          "default": 512
        },
        "gpuLayers": {
          "description": "Layers to keep on the GPU.",
          "type": "integer",
          "minimum": 0
        },
        "flashAttention": {
          "description": "Flash attention.",
          "enum": [
            "auto",
            "on",
            "off"
          ],
          "default": "auto"
        },
        "devices": {
          "description": "Devices to use, as `llama-bench --list-devices` names them.",
          "type": "array",
          "minItems": 1,
          "maxItems": 64,
          "items": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.:-]+$"
          },
          "examples": [
            [
              "CUDA0"
            ]
          ]
        },
        "cacheTypeK": {
          "description": "Type of the cache of keys.",
          "type": "string",
          "pattern": "^[a-z0-9_]+$",
          "default": "f16"
        },
        "cacheTypeV": {
          "description": "Type of the cache of values.",
          "type": "string",
          "pattern": "^[a-z0-9_]+$",
          "default": "f16"
        }
      }
    },
    "gate": {
      "title": "VariantGate",
      "description": "The requirements for one variant; all of them must hold. What was not measured does not hold.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "atMost": {
          "$ref": "#/definitions/gateCeilings"
        },
        "atLeast": {
          "$ref": "#/definitions/gateFloors"
        },
        "noWorseThan": {
          "description": "By the name of a reference or of another variant: by how much the variant may be worse.",
          "type": "object",
          "minProperties": 1,
          "propertyNames": {
            "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
          },
          "additionalProperties": {
            "$ref": "#/definitions/gateAllowances"
          },
          "examples": [
            {
              "unsloth-Q4_K_M": {
                "meanKld": "5%"
              }
            }
          ]
        }
      }
    },
    "gateCeilings": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "GateCeilings",
      "description": "The largest values that are allowed.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "meanKld": {
          "description": "Mean KL divergence from the unquantized model, in nats.",
          "type": "number",
          "minimum": 0,
          "examples": [
            0.03
          ]
        },
        "percentile99_9Kld": {
          "description": "KL divergence that 99.9 % of the tokens are at or below, in nats.",
          "type": "number",
          "minimum": 0
        },
        "percentile99Kld": {
          "description": "KL divergence that 99 % of the tokens are at or below, in nats.",
          "type": "number",
          "minimum": 0
        },
        "maximumKld": {
          "description": "KL divergence of the worst token, in nats.",
          "type": "number",
          "minimum": 0
        },
        "perplexityRatio": {
          "description": "Perplexity, as a ratio to that of the unquantized model.",
          "type": "number",
          "minimum": 0,
          "examples": [
            1.02
          ]
        },
        "rmsDeltaProbabilityPercent": {
          "description": "Root mean square of the change of the right token's probability, in percentage points.",
          "type": "number",
          "minimum": 0
        },
        "size": {
          "description": "Size of all files of the variant: bytes, or a number with a unit.",
          "oneOf": [
            {
              "type": "integer",
              "minimum": 0,
              "maximum": 9007199254740991
            },
            {
              "$ref": "#/definitions/sizeText"
            }
          ],
          "examples": [
            "520 MiB"
          ]
        },
        "bitsPerWeight": {
          "description": "Bits per weight, as llama-quantize counts them.",
          "type": "number",
          "minimum": 0,
          "examples": [
            5.2
          ]
        }
      }
    },
    "gateFloors": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "GateFloors",
      "description": "The smallest values that are allowed.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "sameTopPercent": {
          "description": "Share of tokens for which variant and unquantized model put the same token first, in percent.",
          "type": "number",
          "minimum": 0,
          "maximum": 100,
          "examples": [
            92
          ]
        }
      }
    },
    "gateAllowances": {
      "$comment": "Its metrics are generated from kld/metrics/registry.ts.",
      "title": "GateAllowances",
      "description": "By how much each metric may be worse than the other's: a number in the metric's own unit, or a percentage of the other's value.",
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "properties": {
        "meanKld": {
          "$ref": "#/definitions/allowance"
        },
        "percentile99_9Kld": {
          "$ref": "#/definitions/allowance"
        },
        "percentile99Kld": {
          "$ref": "#/definitions/allowance"
        },
        "maximumKld": {
          "$ref": "#/definitions/allowance"
        },
        "perplexityRatio": {
          "$ref": "#/definitions/allowance"
        },
        "rmsDeltaProbabilityPercent": {
          "$ref": "#/definitions/allowance"
        },
        "sameTopPercent": {
          "$ref": "#/definitions/allowance"
        },
        "size": {
          "description": "Bytes, a number with a unit, or a percentage.",
          "oneOf": [
            {
              "$ref": "#/definitions/allowance"
            },
            {
              "$ref": "#/definitions/sizeText"
            }
          ]
        },
        "bitsPerWeight": {
          "$ref": "#/definitions/allowance"
        }
      }
    },
    "allowance": {
      "title": "Allowance",
      "description": "A number in the metric's own unit, or a percentage of the other's value.",
      "oneOf": [
        {
          "type": "number",
          "minimum": 0
        },
        {
          "type": "string",
          "pattern": "^[0-9]+(\\.[0-9]+)? ?%$"
        }
      ],
      "examples": [
        "5%",
        0.001
      ]
    },
    "sizeText": {
      "title": "SizeText",
      "description": "A size with its unit.",
      "type": "string",
      "pattern": "^[0-9]+(\\.[0-9]+)? ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$",
      "examples": [
        "520 MiB"
      ]
    },
    "publish": {
      "title": "PublishSettings",
      "description": "What the target `publish` puts where.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "to": {
          "description": "Where to; the options of the target can say another place.",
          "type": "object",
          "required": [
            "type"
          ],
          "discriminator": {
            "propertyName": "type"
          },
          "oneOf": [
            {
              "$ref": "#/definitions/publishHub"
            },
            {
              "$ref": "#/definitions/publishDirectory"
            },
            {
              "$ref": "#/definitions/publishGit"
            }
          ]
        },
        "variants": {
          "description": "The variants to publish; all when absent.",
          "type": "array",
          "items": {
            "type": "string",
            "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
          },
          "uniqueItems": true
        },
        "files": {
          "description": "What is published: the GGUFs of the `variants`, the `card` with the files it shows, the `imatrix`, the `unquantized` GGUF, the `plan` of each variant as plan/<variant>.json, and what was measured (`kld`) as kld/<variant>.json.",
          "type": "array",
          "items": {
            "enum": [
              "variants",
              "card",
              "imatrix",
              "unquantized",
              "plan",
              "kld"
            ]
          },
          "uniqueItems": true,
          "default": [
            "variants",
            "card"
          ]
        },
        "splitMaxSize": {
          "description": "GGUFs above this size are split with llama-gguf-split into parts that hold at most this much tensor data, in units of 10^6 (M) or 10^9 (G) bytes. A hub takes no file above 50 GB.",
          "type": "string",
          "pattern": "^[1-9][0-9]{0,5}[MG]$",
          "default": "40G"
        }
      }
    },
    "publishHub": {
      "title": "PublishHub",
      "description": "A model repository on a Hugging Face hub. Your token (HF_TOKEN, or the file of the hub's own tools) has to be allowed to write it.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "repository"
      ],
      "properties": {
        "type": {
          "const": "huggingface"
        },
        "repository": {
          "description": "User or organization, and name.",
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$",
          "examples": [
            "me/Qwen3.5-0.8B-GGUF"
          ]
        },
        "branch": {
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._/+-]{0,255}$",
          "default": "main"
        },
        "visibility": {
          "description": "Of a repository that `--create` makes.",
          "enum": [
            "private",
            "public"
          ],
          "default": "private"
        },
        "endpoint": {
          "description": "Another hub that speaks the same protocol; HF_ENDPOINT, else the public hub, when absent. Your token is not sent to it unless HF_ENDPOINT names it too.",
          "type": "string",
          "pattern": "^https?://[^/@?#]+(/[^@?#]*)?$"
        }
      }
    },
    "publishDirectory": {
      "title": "PublishDirectory",
      "description": "A directory, for instance one that is synchronized or served. Its files are reflinks or hard links where it is on the store's file system, else copies.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "path"
      ],
      "properties": {
        "type": {
          "const": "directory"
        },
        "path": {
          "description": "Relative to the project's directory, or absolute.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "../../dist/release/my-model"
          ]
        }
      }
    },
    "publishGit": {
      "title": "PublishGit",
      "description": "A branch of a git repository. GGUFs and other large files go into Git LFS.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "url"
      ],
      "properties": {
        "type": {
          "const": "git"
        },
        "url": {
          "description": "What git itself takes: https, ssh, or the directory of a repository, relative to the project's.",
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[^-\\u0000-\\u001f][^\\u0000-\\u001f]*$",
          "examples": [
            "https://example.org/models/my-model.git"
          ]
        },
        "branch": {
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._/+-]{0,255}$",
          "default": "main"
        }
      }
    }
  }
} as const;
