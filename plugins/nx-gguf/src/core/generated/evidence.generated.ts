// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { BenchRuntime, Machine } from './bench.generated.js';
import type { Count, Sha256 } from './common.generated.js';
import type { FullComparison } from './comparison.generated.js';
import type { GateCheck } from './gate.generated.js';
import type { Estimate, KldParameters, KldStatistics, RunningValues } from './kld.generated.js';
import type { ImatrixCoverage, QuantizationPlan } from './plan.generated.js';

/**
 * Everything that is known about one model and its quantizations, read from the manifests of the steps: what cards, pictures and reports show. Null stands for what was not measured or is not known. Equal results have equal bytes; it holds no time, no absolute path and no host name.
 */
export interface Evidence {
  /**
   * Format version of this structure.
   */
  format: 1;
  /**
   * The Nx project of the model.
   */
  project: string;
  /**
   * The project's directory, relative to the workspace.
   */
  directory: string;
  /**
   * The model's name, stem of its files.
   */
  name: string;
  /**
   * The sentence of the model file.
   */
  description: string | null;
  source: SourceEvidence;
  unquantized: UnquantizedEvidence;
  /**
   * The importance matrix, or null for none.
   */
  imatrix: ImatrixEvidence | null;
  /**
   * What KL divergence was measured on, or null.
   */
  evaluation: EvaluationEvidence | null;
  /**
   * In the order of the model file.
   *
   * @maxItems 1000
   */
  variants: VariantEvidence[];
  /**
   * What others made, in the order of the model file.
   *
   * @maxItems 1000
   */
  references: ReferenceEvidence[];
  /**
   * Which of two models is closer, chunk by chunk on the same text: variants beside the references that are compared with them, and beside what their gates name.
   *
   * @maxItems 10000
   */
  comparisons: FullComparison[];
  /**
   * Variants and references whose results were measured differently from those of the others: on other text, with other settings or tools. Their own `measurement` is null, as no figure of them may stand beside those of the others.
   *
   * @maxItems 2000
   */
  apart: ApartEvidence[];
  /**
   * What speeds were measured on, or null when none were.
   */
  bench: BenchEvidence | null;
  toolchain: ToolchainEvidence;
  /**
   * The steps that made all this, in the order of their work.
   *
   * @maxItems 10000
   */
  runs: RunEvidence[];
}

/**
 * Type of every tensor, by its name.
 */
export interface TensorTypes {
  [k: string]: string;
}

/**
 * A file by name, size and digest.
 */
export interface EvidenceFile {
  name: string;
  /**
   * Null where only the digest is known.
   */
  sizeBytes: number | null;
  sha256: Sha256;
}

/**
 * Files by name and digest.
 *
 * @maxItems 100000
 */
export type Files = EvidenceFile[];

/**
 * Where files come from, as far as it is no place on a machine and no secret. `commit` is what their digests are pinned to; null where nothing binds them to one.
 */
export interface Origin {
  type: 'huggingface' | 'git' | 'url' | 'path' | 'command';
  /**
   * On a hub.
   */
  repository: string | null;
  /**
   * Kind of a hub's repository.
   */
  kind: 'model' | 'dataset' | null;
  /**
   * A hub other than the public one.
   */
  endpoint: string | null;
  /**
   * Of a git repository or a file, without user and query.
   */
  url: string | null;
  commit: string | null;
  /**
   * Paths of the files there, or of the archive that a member was taken out of; null where they are not known.
   *
   * @maxItems 100000
   */
  paths: string[] | null;
  /**
   * The one file that is taken out of an archive.
   */
  member: string | null;
  /**
   * The program that wrote the files, with placeholders for places.
   */
  command: string[] | null;
  /**
   * Where a program runs: its project's directory, relative to the workspace.
   */
  directory: string | null;
}

/**
 * The unquantized checkpoint.
 */
export interface SourceEvidence {
  origin: Origin;
  files: Files;
  /**
   * What the source's own card says of itself in its front matter, or null when there is none that can be read.
   */
  card: SourceCard | null;
}

/**
 * Fields of a hub card's front matter that a quantization takes over. What does not have the form that hubs take is left out.
 */
export interface SourceCard {
  license: string | null;
  licenseName: string | null;
  licenseLink: string | null;
  /**
   * @maxItems 500
   */
  languages: string[];
  /**
   * @maxItems 500
   */
  tags: string[];
  pipelineTag: string | null;
  /**
   * What the source was itself made from.
   *
   * @maxItems 100
   */
  baseModels: string[];
}

/**
 * The converted model that everything is compared with.
 */
export interface UnquantizedEvidence {
  files: Files;
  /**
   * The parts in which it is published; absent when it is not split, or not published.
   */
  split?: SplitEvidence;
  architecture: string | null;
  bitsPerWeight: number | null;
  tensorTypes: TensorTypes;
  speed: Speed;
}

/**
 * An importance matrix: where it comes from and what it covers.
 */
export interface ImatrixEvidence {
  file: EvidenceFile;
  /**
   * Digest of the file before the paths of its texts were replaced by their names; null for a matrix that is as it was brought or made.
   */
  originalSha256: string | null;
  /**
   * Where a ready matrix comes from; null for one that was made here.
   */
  origin: Origin | null;
  /**
   * The text it was made on here; null for a ready one.
   */
  corpus: CorpusEvidence | null;
  format: 'gguf' | 'legacy' | null;
  /**
   * As the file tells it.
   */
  chunks: number | string | null;
  /**
   * As the file tells it.
   */
  chunkSize: number | string | null;
  /**
   * Names of the texts that the file says it was computed on; null where it does not tell or was not asked.
   *
   * @maxItems 1024
   */
  datasets: string[] | null;
  /**
   * Tensors that it has data for, sorted.
   *
   * @maxItems 131072
   */
  tensors: string[];
  /**
   * Of each of these tensors, or null when they were not computed.
   *
   * @maxItems 131072
   */
  statistics: ImatrixTensorStatistics[] | null;
}

/**
 * Importance data of one tensor: mean squares of what its columns are multiplied with.
 */
export interface ImatrixTensorStatistics {
  name: string;
  /**
   * Values of importance, of all experts where there are several.
   */
  columns: Count;
  mean: number;
  maximum: number;
  /**
   * Columns that never had a value other than zero.
   */
  zeroColumns: Count;
  /**
   * Share of the sum that the largest hundredth of the columns holds, at least one: near 1 when few columns decide.
   */
  topShare: number;
}

/**
 * A text that was read by tools.
 */
export interface CorpusEvidence {
  /**
   * The Nx project that brings it.
   */
  project: string;
  file: EvidenceFile;
  origin: Origin;
}

/**
 * A result that cannot be compared with the others, and why.
 */
export interface ApartEvidence {
  /**
   * The variant or the reference.
   */
  name: string;
  measurement: Measurement;
  /**
   * Everything in which it differs from the others, in words.
   *
   * @minItems 1
   * @maxItems 100
   */
  why: [string, ...string[]];
}

/**
 * Text and settings of all measurements.
 */
export interface EvaluationEvidence {
  corpus: CorpusEvidence;
  parameters: KldParameters;
}

/**
 * How far a model is from the unquantized one, as llama-perplexity printed it; null when it was not measured.
 */
export type Measurement = {
  statistics: KldStatistics;
  /**
   * The values after each chunk, where they were kept.
   */
  running: RunningValues | null;
} | null;

/**
 * What llama-bench measured; null when it was not measured.
 *
 * @maxItems 10000
 */
export type Speed = SpeedTest[] | null;

/**
 * One test: so many tokens of prompt, or so many tokens generated, behind so many tokens of context.
 */
export interface SpeedTest {
  promptTokens: Count;
  generatedTokens: Count;
  depthTokens: Count;
  repetitions: Count;
  /**
   * Mean, and the standard deviation of a sample.
   */
  tokensPerSecond: Estimate;
}

/**
 * The machine that speeds were measured on, and how: the same for all of them. Speeds from elsewhere are left out.
 */
export interface BenchEvidence {
  machine: Machine;
  runtime: BenchRuntime;
  /**
   * Models that were measured while the machine did something else too.
   *
   * @maxItems 2000
   */
  busy: string[];
}

/**
 * One quantization: its files, why each tensor has its type, and what was measured on it.
 */
export interface VariantEvidence {
  name: string;
  ftype: string;
  /**
   * What it is good for, in the words of the model file.
   */
  use: string | null;
  files: Files;
  /**
   * The parts in which it is published; null when it is not split.
   */
  split: SplitEvidence | null;
  bitsPerWeight: number | null;
  /**
   * Text of the tensor-type rules as llama-quantize got them.
   */
  rules: string | null;
  tensorTypes: TensorTypes;
  /**
   * The plan, when it is the one that the file follows.
   */
  plan: QuantizationPlan | null;
  /**
   * What the importance matrix had data for when the file was made; null for a file made without one.
   */
  imatrixCoverage: ImatrixCoverage | null;
  measurement: Measurement;
  speed: Speed;
  /**
   * What the model file requires of it, and what came of it; null when it requires nothing.
   *
   * @maxItems 1000
   */
  gates: GateCheck[] | null;
}

/**
 * A file that is too large to be published in one piece, and the parts that llama-gguf-split made of it.
 */
export interface SplitEvidence {
  files: Files;
  commands: Commands;
}

/**
 * A quantization that somebody else made, measured the same way.
 */
export interface ReferenceEvidence {
  name: string;
  /**
   * The variant it stands beside.
   */
  compareWith: string | null;
  origin: Origin;
  files: Files;
  bitsPerWeight: number | null;
  tensorTypes: TensorTypes;
  measurement: Measurement;
  speed: Speed;
}

/**
 * The identity of llama.cpp and of the converter's environment.
 */
export interface ToolchainEvidence {
  /**
   * The Nx project of the toolchain.
   */
  project: string;
  /**
   * llama.cpp's; null for binaries that came ready.
   */
  commit: string | null;
  /**
   * Where a git client finds the commit; null where that is not known.
   */
  repository: string | null;
  /**
   * Identity of the build.
   */
  build: {
    [k: string]: unknown;
  };
  /**
   * Identity of the Python environment.
   */
  python: {
    [k: string]: unknown;
  };
  /**
   * The requirements that it was made from, without comments; null for an interpreter that came ready.
   *
   * @maxItems 10000
   */
  requirements: string[] | null;
  /**
   * The source had changes that no commit holds.
   */
  patched: boolean;
}

/**
 * Arguments of each tool, names relative to its directory.
 *
 * @maxItems 10000
 */
export type Commands = string[][];

/**
 * A step that made something: the tools it ran, in a directory of their own, and the files they read and wrote.
 */
export interface RunEvidence {
  /**
   * The target's name in Nx.
   */
  target: string;
  actionKey: Sha256;
  /**
   * @maxItems 100000
   */
  inputs: RunInput[];
  outputs: Files;
  commands: Commands;
}

/**
 * A file that a step read.
 */
export interface RunInput {
  role: string;
  name: string;
  sha256: Sha256;
}
