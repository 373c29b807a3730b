import type { QuantizeEvent, TensorEvent } from '../../quant/tool/quantize-log.js';

/** A failure of llama-quantize at the values of a tensor. */
export interface WeightsFailure {
  failure: Extract<QuantizeEvent, { kind: 'failure' }>;
  /** The tensor whose turn it was. */
  tensor: TensorEvent | null;
  /** What ggml found in its values. */
  found: string | null;
  /** Names of the files of the unquantized model. */
  model: readonly string[];
}

/**
 * What is to be said of weights that llama-quantize refuses, which no other run of it takes; null for another
 * failure.
 */
export function weightsFailure({
  failure,
  tensor,
  found,
  model,
}: WeightsFailure): { message: string; hint: string } | null {
  const [first = 'the model', ...more] = model;
  const files = more.length === 0 ? first : `${first} and ${more.length} more`;
  const details = found === null ? '' : ` (${found})`;
  if (failure.code === 'WEIGHTS_NOT_FINITE')
    return {
      message: `${failure.message} in the unquantized model, ${files}${details}`,
      hint: 'Its weights are NaN or infinite before anything is quantized: mend the checkpoint that it was converted from, or convert with another "outtype" if that was f16, which makes values above 65504 infinite.',
    };
  if (failure.code !== 'WEIGHTS_TOO_LARGE') return null;
  const name = tensor?.tensor ?? 'a tensor';
  return {
    message: `values of ${name} in the unquantized model, ${files}, are too large for ${tensor?.to ?? 'its type'}${details}`,
    hint: `The scales of quantized blocks, and F16, end at 65504. Give the tensor a type that holds its values${tensor === null ? '' : `, with the rule '^${name.replaceAll('.', '\\.')}$=bf16'`}, or mend the checkpoint.`,
  };
}
