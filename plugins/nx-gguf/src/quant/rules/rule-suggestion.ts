import { nearestName } from '../../core/suggestion.js';
import { tensorRole } from '../../gguf/tensor-role.js';

const mostRoles = 2000;
const mostSuggestions = 100;

/** ` (did you mean 'attn_v'?)` for a pattern that holds a word like a part of a tensor name, else nothing. */
export function suggestRole(pattern: string, tensors: readonly string[]): string {
  return roleSuggestions(tensors)(pattern);
}

/** Such words for many patterns; beyond a hundred there are none, as comparing all with all would take long. */
export function roleSuggestions(tensors: readonly string[]): (pattern: string) => string {
  const roles = [...new Set(tensors.map((name) => tensorRole(name)))].slice(0, mostRoles);
  const parts = new Set(tensors.flatMap((name) => name.split('.')));
  let asked = 0;
  return (pattern) => {
    asked += 1;
    if (asked > mostSuggestions) return '';
    const words = pattern.replace(/\\[a-z]/g, ' ').match(/[a-z][a-z\d_]{2,}/g) ?? [];
    const near = words
      .slice(0, mostSuggestions)
      .filter((word) => !parts.has(word))
      .map((word) => nearestName(word, roles))
      .find((role) => role !== null);
    return near == null ? '' : ` (did you mean '${near}'?)`;
  };
}
