import type { TensorTypeName } from '../gguf/tensor-type.js';

/** A tensor-type rule that matches one name and no other, in llama.cpp's format. */
export function exactRule(tensor: string, type: TensorTypeName): string {
  // llama-quantize lower-cases patterns and splits rules at white space and '=', so all but the plainest characters are escaped.
  const pattern = tensor.replace(/[^a-z0-9_]/g, (character) => (character === '.' ? '\\.' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`));
  return `^${pattern}$=${type.toLowerCase()}`;
}

/** True for a name that `exactRule` can express: ASCII, as all names that llama.cpp gives are. */
export function hasExactRule(tensor: string): boolean {
  return /^[\x20-\x7e]+$/.test(tensor);
}
