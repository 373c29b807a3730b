import type { TensorTypeName } from '../../gguf/tensor-type.js';

/**
 * A pattern that matches this name only, and survives being lower-cased and being split at white space and
 * '='.
 */
export function exactPattern(tensor: string): string {
  return `^${tensor.replace(/[^a-z0-9_\-\u0080-\u{10ffff}]/gu, escaped)}$`;
}

/** A tensor-type rule that matches one name and no other, in llama.cpp's format. */
export function exactRule(tensor: string, type: TensorTypeName): string {
  return `${exactPattern(tensor)}=${type.toLowerCase()}`;
}

/** True for a name that `exactRule` can express for sure: ASCII, as all names that llama.cpp gives are. */
export function hasExactRule(tensor: string): boolean {
  return /^[\x20-\x7e]+$/.test(tensor);
}

function escaped(character: string): string {
  return character === '.' ? '\\.' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
