import type { Input } from './inputs.js';

/** The named input of a corpus or toolchain project: the files that declare it. */
export const recipeInputName = 'nx-gguf:recipe';

/** The files that declare other projects, for a target that shows where things come from. */
export function recipeInput(projects: readonly (string | null | undefined)[]): Input[] {
  const named = new Set(projects.filter((project) => project !== null && project !== undefined));
  return named.size === 0 ? [] : [{ input: recipeInputName, projects: [...named].sort() }];
}
