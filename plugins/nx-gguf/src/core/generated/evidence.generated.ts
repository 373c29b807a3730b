// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Lower-case hexadecimal sha256.
 */
export type Sha256 = string;
/**
 * Files by name and digest.
 *
 * @maxItems 100000
 */
export type Files = EvidenceFile[];
/**
 * What llama-bench measured; null when it was not measured.
 *
 * @maxItems 10000
 */
export type Speed = SpeedTest[] | null;
/**
 * A number of things, or of bytes.
 */
export type Count = number;
/**
 * Arguments of each tool, names relative to its directory.
 *
 * @maxItems 10000
 */
export type Commands = string[][];
/**
 * Why a tensor gets its type.
 */
export type PlanReason = ByRule | ByPin | ByOption | ByDefault | ByFallback | ByCopy | BySideEffect;
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
 * A metric that gates can name.
 */
export type GateMetric =
  | 'meanKld'
  | 'percentile99_9Kld'
  | 'percentile99Kld'
  | 'maximumKld'
  | 'perplexityRatio'
  | 'rmsDeltaProbabilityPercent'
  | 'sameTopPercent'
  | 'size'
  | 'bitsPerWeight';
/**
 * A metric that is a mean over chunks, so that two models can be compared by it chunk by chunk.
 */
export type PairedMetric = 'meanKld' | 'logPerplexityRatio' | 'sameTopPercent';

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
  architecture: string | null;
  bitsPerWeight: number | null;
  tensorTypes: TensorTypes;
  speed: Speed;
}
/**
 * Type of every tensor, by its name.
 */
export interface TensorTypes {
  [k: string]: string;
}
/**
 * One test: so many tokens of prompt, or so many tokens generated, behind so many tokens of context.
 */
export interface SpeedTest {
  promptTokens: Count;
  generatedTokens: Count;
  depthTokens: Count;
  repetitions: Count;
  tokensPerSecond: Estimate;
}
/**
 * Mean, and the standard deviation of a sample.
 */
export interface Estimate {
  /**
   * The estimate.
   */
  value: number;
  /**
   * Its standard error; null where the tool could not compute one.
   */
  error: number | null;
}
/**
 * An importance matrix: where it comes from and what it covers.
 */
export interface ImatrixEvidence {
  file: EvidenceFile;
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
 * Importance data of one tensor: mean squares of what its columns are multiplied with.
 */
export interface ImatrixTensorStatistics {
  name: string;
  /**
   * A number of things, or of bytes.
   */
  columns: number;
  mean: number;
  maximum: number;
  /**
   * A number of things, or of bytes.
   */
  zeroColumns: number;
  /**
   * Share of the sum that the largest hundredth of the columns holds, at least one: near 1 when few columns decide.
   */
  topShare: number;
}
/**
 * Text and settings of all measurements.
 */
export interface EvaluationEvidence {
  corpus: CorpusEvidence;
  parameters: KldParameters;
}
/**
 * What the tool was told that can change a digit.
 */
export interface KldParameters {
  /**
   * Tokens in a chunk.
   */
  ctx: number;
  /**
   * Chunks asked for; -1 for all of the text.
   */
  chunks: number;
  /**
   * Logical batch size in tokens.
   */
  batch: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch: number;
  [k: string]: string | number | boolean;
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
   *
   * Items: A number of bytes or of values, held exactly.
   */
  shape: number[];
  /**
   * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
   */
  from: string;
  /**
   * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
   */
  to: string;
  /**
   * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
   */
  stock?: string;
  /**
   * A number of bytes or of values, held exactly.
   */
  sizeBytes: number;
  because: PlanReason;
}
/**
 * A rule of the tensor-type file.
 */
export interface ByRule {
  kind: 'rule';
  rule: string;
  /**
   * Line of the tensor-type file.
   */
  line: number;
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
  /**
   * Line of the tensor-type file.
   */
  overruled?: number;
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
  /**
   * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
   */
  wanted: string;
  /**
   * Line of the tensor-type file.
   */
  line?: number;
}
/**
 * The tensor is copied; `ignored` is the line of a rule that names it all the same.
 */
export interface ByCopy {
  kind: 'copied';
  why: 'not quantizable' | 'has the type already' | 'only copied';
  /**
   * Line of the tensor-type file.
   */
  ignored?: number;
}
/**
 * No rule names the tensor, but rules for others shifted llama.cpp's layer counters; `stock` is its type without rules.
 */
export interface BySideEffect {
  kind: 'side-effect';
  /**
   * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
   */
  stock: string;
}
/**
 * Sums over all tensors of the file.
 */
export interface PlanTotal {
  /**
   * A number of bytes or of values, held exactly.
   */
  elements: number;
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
/**
 * Everything llama-perplexity prints about a variant in the end (follows kl_divergence of tools/perplexity/perplexity.cpp). `kldNats` is the KL divergence of the variant's token probabilities from the base's, `deltaProbabilityPercent` the change of the probability of the right token from base to variant in percentage points, `sameTopPercent` the share of tokens for which both put the same token first.
 */
export interface KldStatistics {
  /**
   * Chunks of text that were compared.
   */
  chunks: number;
  /**
   * Tokens in a chunk.
   */
  ctx: number;
  /**
   * Tokens that were compared: of each chunk the second half without the last one.
   */
  tokens: number;
  perplexity: PerplexityStatistics;
  kldNats: Distribution;
  deltaProbabilityPercent: DetailedDistribution;
  sameTopPercent: Estimate1;
}
/**
 * Perplexity of variant and base over the compared tokens: the logarithm of their ratio, their ratio and their difference are variant to base.
 */
export interface PerplexityStatistics {
  variant: Estimate1;
  base: Estimate1;
  /**
   * Correlation of the logarithms of both perplexities, in percent.
   */
  correlationPercent: number;
  logRatio: Estimate1;
  ratio: Estimate1;
  difference: Estimate1;
}
/**
 * A value with its standard error.
 */
export interface Estimate1 {
  /**
   * The estimate.
   */
  value: number;
  /**
   * Its standard error; null where the tool could not compute one.
   */
  error: number | null;
}
/**
 * How a quantity is spread over the compared tokens. The error of the mean is that of independent tokens.
 */
export interface Distribution {
  mean: Estimate1;
  /**
   * KL divergence of the worst token, in nats.
   */
  maximum: number;
  /**
   * KL divergence that 99.9 % of the tokens are at or below, in nats.
   */
  percentile99_9: number;
  /**
   * KL divergence that 99 % of the tokens are at or below, in nats.
   */
  percentile99: number;
  /**
   * KL divergence that 95 % of the tokens are at or below, in nats.
   */
  percentile95: number;
  /**
   * KL divergence that 90 % of the tokens are at or below, in nats.
   */
  percentile90: number;
  /**
   * KL divergence that half of the tokens are at or below, in nats.
   */
  median: number;
  /**
   * KL divergence that 10 % of the tokens are at or below, in nats.
   */
  percentile10: number;
  /**
   * KL divergence that 5 % of the tokens are at or below, in nats.
   */
  percentile5: number;
  /**
   * KL divergence that 1 % of the tokens are at or below, in nats.
   */
  percentile1: number;
  /**
   * KL divergence that 0.1 % of the tokens are at or below, in nats.
   */
  percentile0_1: number;
  /**
   * KL divergence of the closest token, in nats.
   */
  minimum: number;
}
/**
 * The same with quartiles and root mean square.
 */
export interface DetailedDistribution {
  mean: Estimate1;
  /**
   * Largest change of the right token's probability, in percentage points.
   */
  maximum: number;
  /**
   * Change of the right token's probability that 99.9 % of the tokens are at or below, in percentage points.
   */
  percentile99_9: number;
  /**
   * Change of the right token's probability that 99 % of the tokens are at or below, in percentage points.
   */
  percentile99: number;
  /**
   * Change of the right token's probability that 95 % of the tokens are at or below, in percentage points.
   */
  percentile95: number;
  /**
   * Change of the right token's probability that 90 % of the tokens are at or below, in percentage points.
   */
  percentile90: number;
  /**
   * Change of the right token's probability that 75 % of the tokens are at or below, in percentage points.
   */
  percentile75: number;
  /**
   * Change of the right token's probability that half of the tokens are at or below, in percentage points.
   */
  median: number;
  /**
   * Change of the right token's probability that 25 % of the tokens are at or below, in percentage points.
   */
  percentile25: number;
  /**
   * Change of the right token's probability that 10 % of the tokens are at or below, in percentage points.
   */
  percentile10: number;
  /**
   * Change of the right token's probability that 5 % of the tokens are at or below, in percentage points.
   */
  percentile5: number;
  /**
   * Change of the right token's probability that 1 % of the tokens are at or below, in percentage points.
   */
  percentile1: number;
  /**
   * Change of the right token's probability that 0.1 % of the tokens are at or below, in percentage points.
   */
  percentile0_1: number;
  /**
   * Smallest change of the right token's probability, in percentage points.
   */
  minimum: number;
  rms: Estimate1;
}
/**
 * What the tool printed after each chunk, over all chunks so far, with few decimals: four of the variant's perplexity, five of the logarithm of the ratio and of the mean KL divergence, three of the root mean square of Δp and of the share of tokens with the same first token.
 */
export interface RunningValues {
  perplexity: RunningSeries;
  logRatio: RunningSeries;
  kldNats: RunningSeries;
  deltaProbabilityRmsPercent: RunningSeries;
  sameTopPercent: RunningSeries;
}
/**
 * One number for each chunk, in order.
 */
export interface RunningSeries {
  /**
   * The value after each chunk.
   *
   * @maxItems 10000000
   */
  values: number[];
  /**
   * Its standard error; null where the tool could not compute one.
   *
   * @maxItems 10000000
   */
  errors: (number | null)[];
}
/**
 * One requirement and what came of it. Sizes are in bytes.
 */
export interface GateCheck {
  /**
   * Name of a variant or a reference.
   */
  variant: string;
  metric: GateMetric;
  relation: 'atMost' | 'atLeast';
  /**
   * Null when what it is computed from was not measured, or was measured differently.
   */
  limit: number | null;
  /**
   * Whose value the limit is computed from, and what was allowed; null for a limit that was declared.
   */
  than: GateThan | null;
  /**
   * In what the measurement of the other side differs from this one's, so that the two cannot be compared; the check then fails. Empty when they can.
   *
   * @maxItems 100
   */
  apart: string[];
  /**
   * Null when it was not measured; the check then fails.
   */
  measured: number | null;
  /**
   * Standard error of what was measured, where there is one.
   */
  error: number | null;
  passed: boolean;
  /**
   * How far the measured value is beyond the limit; null when it is not, or when one of them is not known.
   */
  missedBy: number | null;
}
/**
 * The other side of a relative requirement.
 */
export interface GateThan {
  /**
   * Name of a variant or a reference.
   */
  name: string;
  /**
   * Its value; null when it was not measured.
   */
  value: number | null;
  /**
   * What was allowed, as it was declared.
   */
  by: number | string;
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
 * A comparison of two complete measurements: a difference with error and interval for each figure that is known for single chunks. Percentiles are not.
 */
export interface FullComparison {
  /**
   * Format version of this file.
   */
  format: 1;
  mode: 'full';
  /**
   * How error, interval and confidence are computed. llama-perplexity prints none of them for a difference.
   */
  method: 'studentized circular block bootstrap over chunks';
  /**
   * Name of a variant or a reference.
   */
  a: string;
  /**
   * Name of a variant or a reference.
   */
  b: string;
  /**
   * Chunks that were compared.
   */
  chunks: number;
  /**
   * Tokens that were compared.
   */
  tokens: number;
  /**
   * The confidence that was asked for.
   */
  confidencePercent: number;
  /**
   * In the order they are shown.
   */
  metrics: ComparedMetric[];
}
/**
 * One figure of both sides, as llama-perplexity printed it, and their difference a - b.
 */
export interface ComparedMetric {
  metric: PairedMetric;
  a: ComparedValue;
  b: ComparedValue;
  /**
   * Null below 8 chunks.
   */
  difference: BootstrappedDifference | null;
  /**
   * One of the two, or null while the data decide for neither.
   */
  closer: 'a' | 'b' | null;
}
/**
 * A printed value with its printed error, which takes tokens as independent, and the error by the block bootstrap, which does not; null below 8 chunks.
 */
export interface ComparedValue {
  value: number;
  error: number | null;
  blockError: number | null;
}
/**
 * A mean with error and interval by the block bootstrap.
 */
export interface BootstrappedDifference {
  /**
   * Mean of a - b.
   */
  mean: number;
  /**
   * Standard error. The rounding of printed digits is in it, so it is rather too large.
   */
  error: number;
  /**
   * At the confidence asked for; null where too many blocks are equal.
   */
  interval: Interval | null;
  /**
   * The largest confidence of an interval that leaves zero out; 0 when none does.
   */
  confidencePercent: number;
  /**
   * The most that printed digits can have moved the mean; the interval is wider by it.
   */
  roundingBound: number;
  /**
   * Chunks in a block.
   */
  blockChunks: number;
  /**
   * Blocks in a resample.
   */
  blocks: number;
  /**
   * Resamples that interval and confidence come from.
   */
  resamples: number;
}
/**
 * Bounds of a confidence interval.
 */
export interface Interval {
  low: number;
  high: number;
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
 * A machine as far as its speed depends on it; no name of host or user. Machines of equal descriptions count as one.
 */
export interface Machine {
  /**
   * Model of the CPU in the system's words.
   */
  cpu: string;
  /**
   * Logical cores that a process may use.
   */
  cores: number;
  /**
   * Memory, rounded.
   */
  memoryGiB: number;
  /**
   * As Node names it: linux, darwin, win32.
   */
  os: string;
  /**
   * As Node names it: x64, arm64.
   */
  arch: string;
  /**
   * Graphics cards on the PCI bus, vendor:device; empty where the system does not tell.
   *
   * @maxItems 256
   */
  graphics: string[];
}
/**
 * What the tool ran on and how, as it reports it.
 */
export interface BenchRuntime {
  /**
   * Digest of the identity of the build of llama.cpp.
   */
  toolchain: string;
  /**
   * Backends that were loaded, beside that for the CPU.
   */
  backends: string;
  /**
   * The CPU in the tool's words.
   */
  cpu: string;
  /**
   * The GPUs in the tool's words; empty without one.
   */
  gpu: string;
  threads: number;
  /**
   * Logical batch size in tokens.
   */
  batch: number;
  /**
   * Physical batch size in tokens.
   */
  ubatch: number;
  /**
   * Layers on the GPU; -1 leaves it to the tool.
   */
  gpuLayers: number;
  flashAttention: 'on' | 'off' | 'auto';
  /**
   * Devices that were asked for, or auto.
   */
  devices: string;
  cacheTypeK: string;
  cacheTypeV: string;
  /**
   * Samples of each test.
   */
  repetitions: number;
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

/** The schema itself. */
export const evidenceSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "evidence.schema.json",
  "title": "Evidence",
  "description": "Everything that is known about one model and its quantizations, read from the manifests of the steps: what cards, pictures and reports show. Null stands for what was not measured or is not known. Equal results have equal bytes; it holds no time, no absolute path and no host name.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format",
    "project",
    "directory",
    "name",
    "description",
    "source",
    "unquantized",
    "imatrix",
    "evaluation",
    "variants",
    "references",
    "comparisons",
    "apart",
    "bench",
    "toolchain",
    "runs"
  ],
  "properties": {
    "format": {
      "description": "Format version of this structure.",
      "const": 1
    },
    "project": {
      "description": "The Nx project of the model.",
      "type": "string",
      "minLength": 1
    },
    "directory": {
      "description": "The project's directory, relative to the workspace.",
      "type": "string"
    },
    "name": {
      "description": "The model's name, stem of its files.",
      "type": "string",
      "minLength": 1
    },
    "description": {
      "description": "The sentence of the model file.",
      "type": [
        "string",
        "null"
      ]
    },
    "source": {
      "$ref": "#/definitions/source"
    },
    "unquantized": {
      "$ref": "#/definitions/unquantized"
    },
    "imatrix": {
      "description": "The importance matrix, or null for none.",
      "oneOf": [
        {
          "$ref": "#/definitions/imatrix"
        },
        {
          "type": "null"
        }
      ]
    },
    "evaluation": {
      "description": "What KL divergence was measured on, or null.",
      "oneOf": [
        {
          "$ref": "#/definitions/evaluation"
        },
        {
          "type": "null"
        }
      ]
    },
    "variants": {
      "description": "In the order of the model file.",
      "type": "array",
      "maxItems": 1000,
      "items": {
        "$ref": "#/definitions/variant"
      }
    },
    "references": {
      "description": "What others made, in the order of the model file.",
      "type": "array",
      "maxItems": 1000,
      "items": {
        "$ref": "#/definitions/reference"
      }
    },
    "comparisons": {
      "description": "Which of two models is closer, chunk by chunk on the same text: variants beside the references that are compared with them, and beside what their gates name.",
      "type": "array",
      "maxItems": 10000,
      "items": {
        "$ref": "comparison.schema.json#/definitions/full"
      }
    },
    "apart": {
      "description": "Variants and references whose results were measured differently from those of the others: on other text, with other settings or tools. Their own `measurement` is null, as no figure of them may stand beside those of the others.",
      "type": "array",
      "maxItems": 2000,
      "items": {
        "$ref": "#/definitions/apart"
      }
    },
    "bench": {
      "description": "What speeds were measured on, or null when none were.",
      "oneOf": [
        {
          "$ref": "#/definitions/bench"
        },
        {
          "type": "null"
        }
      ]
    },
    "toolchain": {
      "$ref": "#/definitions/toolchain"
    },
    "runs": {
      "description": "The steps that made all this, in the order of their work.",
      "type": "array",
      "maxItems": 10000,
      "items": {
        "$ref": "#/definitions/run"
      }
    }
  },
  "definitions": {
    "sha256": {
      "description": "Lower-case hexadecimal sha256.",
      "type": "string",
      "pattern": "^[0-9a-f]{64}$"
    },
    "count": {
      "description": "A number of things, or of bytes.",
      "type": "integer",
      "minimum": 0,
      "maximum": 9007199254740991
    },
    "tensorTypes": {
      "description": "Type of every tensor, by its name.",
      "type": "object",
      "additionalProperties": {
        "type": "string"
      }
    },
    "file": {
      "title": "EvidenceFile",
      "description": "A file by name, size and digest.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "sizeBytes",
        "sha256"
      ],
      "properties": {
        "name": {
          "type": "string",
          "minLength": 1,
          "maxLength": 1024
        },
        "sizeBytes": {
          "description": "Null where only the digest is known.",
          "type": [
            "integer",
            "null"
          ],
          "minimum": 0,
          "maximum": 9007199254740991
        },
        "sha256": {
          "$ref": "#/definitions/sha256"
        }
      }
    },
    "files": {
      "description": "Files by name and digest.",
      "type": "array",
      "maxItems": 100000,
      "items": {
        "$ref": "#/definitions/file"
      }
    },
    "origin": {
      "title": "Origin",
      "description": "Where files come from, as far as it is no place on a machine and no secret. `commit` is what their digests are pinned to; null where nothing binds them to one.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "repository",
        "kind",
        "endpoint",
        "url",
        "commit",
        "paths",
        "member",
        "command",
        "directory"
      ],
      "properties": {
        "type": {
          "enum": [
            "huggingface",
            "git",
            "url",
            "path",
            "command"
          ]
        },
        "repository": {
          "description": "On a hub.",
          "type": [
            "string",
            "null"
          ]
        },
        "kind": {
          "description": "Kind of a hub's repository.",
          "enum": [
            "model",
            "dataset",
            null
          ]
        },
        "endpoint": {
          "description": "A hub other than the public one.",
          "type": [
            "string",
            "null"
          ]
        },
        "url": {
          "description": "Of a git repository or a file, without user and query.",
          "type": [
            "string",
            "null"
          ]
        },
        "commit": {
          "type": [
            "string",
            "null"
          ]
        },
        "paths": {
          "description": "Paths of the files there, or of the archive that a member was taken out of; null where they are not known.",
          "type": [
            "array",
            "null"
          ],
          "maxItems": 100000,
          "items": {
            "type": "string"
          }
        },
        "member": {
          "description": "The one file that is taken out of an archive.",
          "type": [
            "string",
            "null"
          ]
        },
        "command": {
          "description": "The program that wrote the files, with placeholders for places.",
          "type": [
            "array",
            "null"
          ],
          "items": {
            "type": "string"
          }
        },
        "directory": {
          "description": "Where a program runs: its project's directory, relative to the workspace.",
          "type": [
            "string",
            "null"
          ]
        }
      }
    },
    "source": {
      "title": "SourceEvidence",
      "description": "The unquantized checkpoint.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "origin",
        "files",
        "card"
      ],
      "properties": {
        "origin": {
          "$ref": "#/definitions/origin"
        },
        "files": {
          "$ref": "#/definitions/files"
        },
        "card": {
          "description": "What the source's own card says of itself in its front matter, or null when there is none that can be read.",
          "oneOf": [
            {
              "$ref": "#/definitions/sourceCard"
            },
            {
              "type": "null"
            }
          ]
        }
      }
    },
    "sourceCard": {
      "title": "SourceCard",
      "description": "Fields of a hub card's front matter that a quantization takes over. What does not have the form that hubs take is left out.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "license",
        "licenseName",
        "licenseLink",
        "languages",
        "tags",
        "pipelineTag",
        "baseModels"
      ],
      "properties": {
        "license": {
          "type": [
            "string",
            "null"
          ]
        },
        "licenseName": {
          "type": [
            "string",
            "null"
          ]
        },
        "licenseLink": {
          "type": [
            "string",
            "null"
          ]
        },
        "languages": {
          "type": "array",
          "maxItems": 500,
          "items": {
            "type": "string"
          }
        },
        "tags": {
          "type": "array",
          "maxItems": 500,
          "items": {
            "type": "string"
          }
        },
        "pipelineTag": {
          "type": [
            "string",
            "null"
          ]
        },
        "baseModels": {
          "description": "What the source was itself made from.",
          "type": "array",
          "maxItems": 100,
          "items": {
            "type": "string"
          }
        }
      }
    },
    "unquantized": {
      "title": "UnquantizedEvidence",
      "description": "The converted model that everything is compared with.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "files",
        "architecture",
        "bitsPerWeight",
        "tensorTypes",
        "speed"
      ],
      "properties": {
        "files": {
          "$ref": "#/definitions/files"
        },
        "architecture": {
          "type": [
            "string",
            "null"
          ]
        },
        "bitsPerWeight": {
          "type": [
            "number",
            "null"
          ]
        },
        "tensorTypes": {
          "$ref": "#/definitions/tensorTypes"
        },
        "speed": {
          "$ref": "#/definitions/speed"
        }
      }
    },
    "imatrix": {
      "title": "ImatrixEvidence",
      "description": "An importance matrix: where it comes from and what it covers.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "file",
        "origin",
        "corpus",
        "format",
        "chunks",
        "chunkSize",
        "datasets",
        "tensors",
        "statistics"
      ],
      "properties": {
        "file": {
          "$ref": "#/definitions/file"
        },
        "origin": {
          "description": "Where a ready matrix comes from; null for one that was made here.",
          "oneOf": [
            {
              "$ref": "#/definitions/origin"
            },
            {
              "type": "null"
            }
          ]
        },
        "corpus": {
          "description": "The text it was made on here; null for a ready one.",
          "oneOf": [
            {
              "$ref": "#/definitions/corpus"
            },
            {
              "type": "null"
            }
          ]
        },
        "format": {
          "enum": [
            "gguf",
            "legacy",
            null
          ]
        },
        "chunks": {
          "description": "As the file tells it.",
          "type": [
            "number",
            "string",
            "null"
          ]
        },
        "chunkSize": {
          "description": "As the file tells it.",
          "type": [
            "number",
            "string",
            "null"
          ]
        },
        "datasets": {
          "description": "Names of the texts that the file says it was computed on; null where it does not tell or was not asked.",
          "type": [
            "array",
            "null"
          ],
          "maxItems": 1024,
          "items": {
            "type": "string",
            "maxLength": 1024
          }
        },
        "tensors": {
          "description": "Tensors that it has data for, sorted.",
          "type": "array",
          "maxItems": 131072,
          "items": {
            "type": "string"
          }
        },
        "statistics": {
          "description": "Of each of these tensors, or null when they were not computed.",
          "type": [
            "array",
            "null"
          ],
          "maxItems": 131072,
          "items": {
            "$ref": "#/definitions/imatrixTensor"
          }
        }
      }
    },
    "imatrixTensor": {
      "title": "ImatrixTensorStatistics",
      "description": "Importance data of one tensor: mean squares of what its columns are multiplied with.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "columns",
        "mean",
        "maximum",
        "zeroColumns",
        "topShare"
      ],
      "properties": {
        "name": {
          "type": "string"
        },
        "columns": {
          "description": "Values of importance, of all experts where there are several.",
          "$ref": "#/definitions/count"
        },
        "mean": {
          "type": "number"
        },
        "maximum": {
          "type": "number"
        },
        "zeroColumns": {
          "description": "Columns that never had a value other than zero.",
          "$ref": "#/definitions/count"
        },
        "topShare": {
          "description": "Share of the sum that the largest hundredth of the columns holds, at least one: near 1 when few columns decide.",
          "type": "number"
        }
      }
    },
    "corpus": {
      "title": "CorpusEvidence",
      "description": "A text that was read by tools.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "project",
        "file",
        "origin"
      ],
      "properties": {
        "project": {
          "description": "The Nx project that brings it.",
          "type": "string"
        },
        "file": {
          "$ref": "#/definitions/file"
        },
        "origin": {
          "$ref": "#/definitions/origin"
        }
      }
    },
    "apart": {
      "title": "ApartEvidence",
      "description": "A result that cannot be compared with the others, and why.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "measurement",
        "why"
      ],
      "properties": {
        "name": {
          "description": "The variant or the reference.",
          "type": "string"
        },
        "measurement": {
          "$ref": "#/definitions/measurement"
        },
        "why": {
          "description": "Everything in which it differs from the others, in words.",
          "type": "array",
          "minItems": 1,
          "maxItems": 100,
          "items": {
            "type": "string",
            "minLength": 1
          }
        }
      }
    },
    "evaluation": {
      "title": "EvaluationEvidence",
      "description": "Text and settings of all measurements.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "corpus",
        "parameters"
      ],
      "properties": {
        "corpus": {
          "$ref": "#/definitions/corpus"
        },
        "parameters": {
          "$ref": "kld.schema.json#/definitions/parameters"
        }
      }
    },
    "measurement": {
      "title": "Measurement",
      "description": "How far a model is from the unquantized one, as llama-perplexity printed it; null when it was not measured.",
      "oneOf": [
        {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "statistics",
            "running"
          ],
          "properties": {
            "statistics": {
              "$ref": "kld.schema.json#/definitions/statistics"
            },
            "running": {
              "description": "The values after each chunk, where they were kept.",
              "oneOf": [
                {
                  "$ref": "kld.schema.json#/definitions/running"
                },
                {
                  "type": "null"
                }
              ]
            }
          }
        },
        {
          "type": "null"
        }
      ]
    },
    "speed": {
      "title": "Speed",
      "description": "What llama-bench measured; null when it was not measured.",
      "type": [
        "array",
        "null"
      ],
      "maxItems": 10000,
      "items": {
        "$ref": "#/definitions/speedTest"
      }
    },
    "speedTest": {
      "title": "SpeedTest",
      "description": "One test: so many tokens of prompt, or so many tokens generated, behind so many tokens of context.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "promptTokens",
        "generatedTokens",
        "depthTokens",
        "repetitions",
        "tokensPerSecond"
      ],
      "properties": {
        "promptTokens": {
          "$ref": "#/definitions/count"
        },
        "generatedTokens": {
          "$ref": "#/definitions/count"
        },
        "depthTokens": {
          "$ref": "#/definitions/count"
        },
        "repetitions": {
          "$ref": "#/definitions/count"
        },
        "tokensPerSecond": {
          "description": "Mean, and the standard deviation of a sample.",
          "$ref": "kld.schema.json#/definitions/estimate"
        }
      }
    },
    "bench": {
      "title": "BenchEvidence",
      "description": "The machine that speeds were measured on, and how: the same for all of them. Speeds from elsewhere are left out.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "machine",
        "runtime",
        "busy"
      ],
      "properties": {
        "machine": {
          "$ref": "bench.schema.json#/definitions/machine"
        },
        "runtime": {
          "$ref": "bench.schema.json#/definitions/runtime"
        },
        "busy": {
          "description": "Models that were measured while the machine did something else too.",
          "type": "array",
          "maxItems": 2000,
          "items": {
            "type": "string"
          }
        }
      }
    },
    "variant": {
      "title": "VariantEvidence",
      "description": "One quantization: its files, why each tensor has its type, and what was measured on it.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "ftype",
        "use",
        "files",
        "split",
        "bitsPerWeight",
        "rules",
        "tensorTypes",
        "plan",
        "measurement",
        "speed",
        "gates"
      ],
      "properties": {
        "name": {
          "type": "string"
        },
        "ftype": {
          "type": "string"
        },
        "use": {
          "description": "What it is good for, in the words of the model file.",
          "type": [
            "string",
            "null"
          ]
        },
        "files": {
          "$ref": "#/definitions/files"
        },
        "split": {
          "description": "The parts in which it is published; null when it is not split.",
          "oneOf": [
            {
              "$ref": "#/definitions/split"
            },
            {
              "type": "null"
            }
          ]
        },
        "bitsPerWeight": {
          "type": [
            "number",
            "null"
          ]
        },
        "rules": {
          "description": "Text of the tensor-type rules as llama-quantize got them.",
          "type": [
            "string",
            "null"
          ]
        },
        "tensorTypes": {
          "$ref": "#/definitions/tensorTypes"
        },
        "plan": {
          "description": "The plan, when it is the one that the file follows.",
          "oneOf": [
            {
              "$ref": "plan.schema.json"
            },
            {
              "type": "null"
            }
          ]
        },
        "measurement": {
          "$ref": "#/definitions/measurement"
        },
        "speed": {
          "$ref": "#/definitions/speed"
        },
        "gates": {
          "description": "What the model file requires of it, and what came of it; null when it requires nothing.",
          "type": [
            "array",
            "null"
          ],
          "maxItems": 1000,
          "items": {
            "$ref": "gate.schema.json#/definitions/check"
          }
        }
      }
    },
    "split": {
      "title": "SplitEvidence",
      "description": "A file that is too large to be published in one piece, and the parts that llama-gguf-split made of it.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "files",
        "commands"
      ],
      "properties": {
        "files": {
          "$ref": "#/definitions/files"
        },
        "commands": {
          "$ref": "#/definitions/commands"
        }
      }
    },
    "reference": {
      "title": "ReferenceEvidence",
      "description": "A quantization that somebody else made, measured the same way.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "name",
        "compareWith",
        "origin",
        "files",
        "bitsPerWeight",
        "tensorTypes",
        "measurement",
        "speed"
      ],
      "properties": {
        "name": {
          "type": "string"
        },
        "compareWith": {
          "description": "The variant it stands beside.",
          "type": [
            "string",
            "null"
          ]
        },
        "origin": {
          "$ref": "#/definitions/origin"
        },
        "files": {
          "$ref": "#/definitions/files"
        },
        "bitsPerWeight": {
          "type": [
            "number",
            "null"
          ]
        },
        "tensorTypes": {
          "$ref": "#/definitions/tensorTypes"
        },
        "measurement": {
          "$ref": "#/definitions/measurement"
        },
        "speed": {
          "$ref": "#/definitions/speed"
        }
      }
    },
    "toolchain": {
      "title": "ToolchainEvidence",
      "description": "The identity of llama.cpp and of the converter's environment.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "project",
        "commit",
        "repository",
        "build",
        "python",
        "requirements",
        "patched"
      ],
      "properties": {
        "project": {
          "description": "The Nx project of the toolchain.",
          "type": "string"
        },
        "commit": {
          "description": "llama.cpp's; null for binaries that came ready.",
          "type": [
            "string",
            "null"
          ]
        },
        "repository": {
          "description": "Where a git client finds the commit; null where that is not known.",
          "type": [
            "string",
            "null"
          ]
        },
        "build": {
          "description": "Identity of the build.",
          "type": "object"
        },
        "python": {
          "description": "Identity of the Python environment.",
          "type": "object"
        },
        "requirements": {
          "description": "The requirements that it was made from, without comments; null for an interpreter that came ready.",
          "type": [
            "array",
            "null"
          ],
          "maxItems": 10000,
          "items": {
            "type": "string"
          }
        },
        "patched": {
          "description": "The source had changes that no commit holds.",
          "type": "boolean"
        }
      }
    },
    "commands": {
      "description": "Arguments of each tool, names relative to its directory.",
      "type": "array",
      "maxItems": 10000,
      "items": {
        "type": "array",
        "items": {
          "type": "string"
        }
      }
    },
    "run": {
      "title": "RunEvidence",
      "description": "A step that made something: the tools it ran, in a directory of their own, and the files they read and wrote.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "target",
        "actionKey",
        "inputs",
        "outputs",
        "commands"
      ],
      "properties": {
        "target": {
          "description": "The target's name in Nx.",
          "type": "string"
        },
        "actionKey": {
          "$ref": "#/definitions/sha256"
        },
        "inputs": {
          "type": "array",
          "maxItems": 100000,
          "items": {
            "$ref": "#/definitions/runInput"
          }
        },
        "outputs": {
          "$ref": "#/definitions/files"
        },
        "commands": {
          "$ref": "#/definitions/commands"
        }
      }
    },
    "runInput": {
      "title": "RunInput",
      "description": "A file that a step read.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "role",
        "name",
        "sha256"
      ],
      "properties": {
        "role": {
          "type": "string"
        },
        "name": {
          "type": "string"
        },
        "sha256": {
          "$ref": "#/definitions/sha256"
        }
      }
    }
  }
} as const;
