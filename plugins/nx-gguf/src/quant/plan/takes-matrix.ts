import type { Variant } from '../../core/generated/model.generated.js';
import { tensorTypeByName } from '../../gguf/tensor-type.js';
import { findFtype } from '../tool/ftypes.js';
import { usesImatrix } from './imatrix-use.js';

/**
 * True for a variant that is quantized with the model's matrix. One that does not say so inherits it unless
 * none of its tensors can become a type whose quantizer looks at it: llama-quantize refuses none, and would
 * write into the file that it was made with a matrix.
 */
export function takesMatrix(variant: Variant, isDeclared: boolean): boolean {
  return variant.imatrix ?? (isDeclared && !isPlain(variant));
}

/**
 * True for a type of which no tensor becomes a quantized one that looks at a matrix (follows
 * llama_tensor_get_type of src/llama-quant.cpp: COPY takes no types, and the others only these two).
 */
export function isPlain({ ftype, outputTensorType = '', tokenEmbeddingType = '' }: Variant): boolean {
  const name = findFtype(ftype)?.name ?? '';
  if (name === 'COPY') return true;
  return (
    ['F32', 'F16', 'BF16'].includes(name) &&
    ![outputTensorType, tokenEmbeddingType].some((type) => usesImatrix(tensorTypeByName(type)?.name ?? ''))
  );
}
