// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Count } from './common.generated.js';

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
  imatrixCoverage?: ImatrixCoverage;
}

/**
 * For which tensors the importance matrix has data, among those that get a type that uses it and that it is used for; absent without a matrix, and while it is not known.
 */
export interface ImatrixCoverage {
  /**
   * Tensors for which data can be expected.
   */
  weighted: Count;
  /**
   * Those of them that have data of the right size.
   */
  withData: Count;
  /**
   * Those that have none.
   */
  withoutData: Names;
  /**
   * Further ones, without data, for which llama-imatrix collects none: of multi-token prediction (MTP) blocks, and outside of blocks.
   */
  notCollected: Names;
}

/**
 * Names of tensors.
 *
 * @maxItems 131072
 */
export type Names = string[];

/**
 * A tensor type as llama.cpp prints it: q4_K, iq2_xxs.
 */
export type TypeName = string;

/**
 * Line of the tensor-type file.
 */
export type Line = number;

/**
 * Sums over all tensors of the file.
 */
export interface PlanTotal {
  elements: Count;
  /**
   * Tensor data only, without padding.
   */
  sizeBytes: Count;
  /**
   * Of tensor data, as llama-quantize counts it.
   */
  bitsPerWeight: number;
  /**
   * Tensor data of the source.
   */
  sourceBytes: Count;
}

/**
 * One tensor: what it is, what it becomes, and why.
 */
export interface PlannedTensor {
  name: string;
  /**
   * Row length first; without trailing dimensions of one.
   */
  shape: Count[];
  from: TypeName;
  to: TypeName;
  /**
   * What the type would be with the same options but without any rule; absent when it is not known.
   */
  stock?: TypeName;
  sizeBytes: Count;
  because: PlanReason;
}

/**
 * Why a tensor gets its type.
 */
export type PlanReason = ByRule | ByPin | ByOption | ByDefault | ByFallback | ByCopy | BySideEffect;

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
