import { nearestName } from '../../core/suggestion.js';
import { tensorRole } from '../../gguf/tensor-role.js';

/** ` (did you mean 'attn_v'?)` for a pattern that holds a word like a part of a tensor name, else nothing. */
export function suggestRole(pattern: string, tensors: readonly string[]): string {
  const roles = [...new Set(tensors.map((name) => tensorRole(name)))];
  const words = pattern.replace(/\\[a-z]/g, ' ').match(/[a-z][a-z\d_]{2,}/g) ?? [];
  const parts = new Set(tensors.flatMap((name) => name.split('.')));
  const near = words
    .filter((word) => !parts.has(word))
    .map((word) => nearestName(word, roles))
    .find((role) => role !== null);
  return near == null ? '' : ` (did you mean '${near}'?)`;
}
