// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { HuggingFaceSource, Source } from './source.generated.js';

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
  /**
   * The unquantized model, a Hugging Face directory.
   */
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
   * Convert the blocks for multi-token prediction (MTP) that config.json declares. `false` leaves them out, as `--no-mtp` does: for a checkpoint that lost their weights.
   */
  mtp?: boolean;
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
   * Chunks to read; -1 reads all. Of a text that has fewer, all of them, with a warning.
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
  source: Source;
  /**
   * Which of the source's files it is, when there is more than one.
   */
  file?: string;
}

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
   * Use the model's importance matrix; true when the model has one, and the variant is not of type COPY, F16, BF16 or F32, whose quantizers look at none.
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
 * How serious it is when a rule, an option of a variant or the importance matrix would not be honoured; those of a variant go before those of the model. An error stops before any work; with `warn` or `off`, llama-quantize gets the rule as far as it can read it.
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
  /**
   * Something that a variant declares and that changes nothing of this model: an option that another one or a rule goes before, layers and names that the model does not have, a tensor-type file without a rule, a check with nothing to look at. A warning at most where that does no harm.
   */
  noEffect?: 'error' | 'warn' | 'off';
  /**
   * A metadata override that adds a key which the model does not have.
   */
  unknownKey?: 'error' | 'warn' | 'off';
  /**
   * What llama-quantize writes and llama.cpp then refuses to load: an override of another type than the key has, lists by layer after layers were removed.
   */
  unloadable?: 'error' | 'warn' | 'off';
  /**
   * An importance matrix that has data for some of the tensors whose type uses it, or for some of a tensor's experts, or zeros for whole blocks. Multi-token prediction (MTP) blocks, and tensors outside of blocks, for which llama-imatrix collects none, do not count. A matrix without any data that are used is always an error.
   */
  imatrixCoverage?: 'error' | 'warn' | 'off';
}

/**
 * A GGUF that somebody else made: a file, or all files of a split one.
 */
export interface Reference {
  source: Source;
  /**
   * The variant it is shown beside on the card; alone when absent.
   */
  compareWith?: string;
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
   * Chunks to read; -1 reads all. Of a text that has fewer, all of them, with a warning.
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
 * A number in the metric's own unit, or a percentage of the other's value.
 */
export type Allowance = number | string;

/**
 * A size with its unit.
 */
export type SizeText = string;

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
   * GGUFs above this size are split with llama-gguf-split into parts that hold at most this much tensor data, in units of 10^6 (M) or 10^9 (G) bytes. Nothing is split when absent: Ollama pulls no split files. The hub advises files below 200 GB, and takes none above 500 GB.
   */
  splitMaxSize?: string;
}

/**
 * A model repository on a Hugging Face hub. Your token (HF_TOKEN, or the file of the hub's own tools) has to be allowed to write it.
 */
export interface PublishHub {
  type: 'huggingface';
  /**
   * User or organization, and name, or the address of its page on the public hub or on the one that HF_ENDPOINT names.
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
