import type { TensorTypeName } from '../../gguf/tensor-type.js';
import { findFtype } from '../tool/ftypes.js';

/**
 * Types whose quantizer looks at the importance matrix; the others are the same with and without it (follows
 * ggml_quantize_chunk and the quantize_* functions of ggml/src/ggml-quants.c).
 */
const weighted: ReadonlySet<string> = new Set<TensorTypeName>([
  'q4_0',
  'q4_1',
  'q5_0',
  'q5_1',
  'q2_K',
  'q3_K',
  'q4_K',
  'q5_K',
  'q6_K',
  'iq1_s',
  'iq1_m',
  'iq2_xxs',
  'iq2_xs',
  'iq2_s',
  'iq3_xxs',
  'iq3_s',
  'iq4_nl',
  'iq4_xs',
]);

const needy: ReadonlySet<string> = new Set<TensorTypeName>([
  'iq3_xxs',
  'iq2_xxs',
  'iq2_xs',
  'iq2_s',
  'iq1_m',
  'iq1_s',
]);

/** True when the bytes of a tensor of this type depend on its part of the importance matrix. */
export function usesImatrix(type: string): boolean {
  return weighted.has(type);
}

/**
 * True when llama-quantize refuses to make this tensor without importance data (follows
 * tensor_requires_imatrix of src/llama-quant.cpp).
 */
export function requiresImatrix(tensor: string, type: string, ftype: string): boolean {
  if (isTokenEmbedding(tensor) || tensor === 'output.weight') return false;
  return needy.has(type) || (type === 'q2_K' && findFtype(ftype)?.name === 'Q2_K_S');
}

/**
 * True for the tensors whose importance data may be of the wrong size: llama-quantize then goes on without
 * it.
 */
export function isTokenEmbedding(tensor: string): boolean {
  return tensor === 'token_embd.weight' || tensor === 'per_layer_token_embd.weight';
}

/**
 * True when the importance matrix is used for a tensor, as `--include-weights` and `--exclude-weights` decide
 * (follows prepare_imatrix of quantize.cpp).
 */
export function isWeighted(
  tensor: string,
  {
    includeWeights = [],
    excludeWeights = [],
  }: { includeWeights?: readonly string[]; excludeWeights?: readonly string[] },
): boolean {
  if (excludeWeights.some((part) => tensor.includes(part))) return false;
  return includeWeights.length === 0 || includeWeights.some((part) => tensor.includes(part));
}
