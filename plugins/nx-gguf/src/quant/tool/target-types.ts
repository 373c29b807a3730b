import { tensorTypeByName, tensorTypes, type TensorType } from '../../gguf/tensor-type.js';
import { didYouMean } from '../../core/suggestion.js';

// ggml_quantize_chunk of ggml/src/ggml.c has no case for these: asking for one aborts the tool in the middle
// of its work.
const neverWritten: ReadonlySet<string> = new Set(['q8_1', 'q8_K', 'i8', 'i16', 'i32', 'i64', 'f64']);

/** The tensor types that llama-quantize can convert to. */
const targetTypes: readonly TensorType[] = tensorTypes.filter(({ name }) => !neverWritten.has(name));

/** The problem of a name as the target of a conversion, or null when there is none. */
export function targetTypeProblem(name: string): string | null {
  const type = tensorTypeByName(name);
  const stored = /^(q4_0|iq4_nl)_[48]_[48]$/i.exec(name)?.[1]?.toLowerCase();
  if (stored !== undefined)
    return `llama.cpp removed the tensor type '${name}': it arranges ${stored} that way when it loads a model`;
  if (type === null)
    return `unknown tensor type '${name}'${didYouMean(
      name,
      targetTypes.map((target) => target.name),
    )}`;
  return targetTypes.includes(type)
    ? null
    : `llama-quantize cannot convert to the tensor type '${type.name}'`;
}
