import type { Json } from '../../core/json/canonical-json.js';
import { digestOf, type Sha256 } from '../../core/digest.js';
import { writtenShape } from '../../gguf/header/tensor-infos-bytes.js';
import type { TensorTypeName } from '../../gguf/tensor-type.js';

/**
 * Everything that decides the bytes of a quantized tensor. Its name, and the mixture it is made for, do not.
 */
export interface TensorIngredients {
  /** sha256 of the source tensor's bytes. */
  readonly source: Sha256;
  readonly shape: readonly number[];
  readonly from: TensorTypeName;
  readonly to: TensorTypeName;
  /** Digest of its part of the importance matrix; null when that has no influence on the bytes. */
  readonly imatrix: Sha256 | null;
  /** Identity of the build of llama.cpp. */
  readonly quantizer: Json;
}

/** Raised when the meaning of the ingredients changes. */
const version = 1;

/** The key of a quantized tensor: equal keys mean equal bytes. */
export function tensorKey({ source, shape, from, to, imatrix, quantizer }: TensorIngredients): Sha256 {
  return digestOf({ version, source, shape: [...writtenShape(shape)], from, to, imatrix, quantizer });
}
