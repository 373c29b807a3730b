import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import { changesOf } from './upload-plan.js';

/** The recipe behind what is published, as its commit names it. */
export interface PublishedRecipe {
  /** Name of the model. */
  name: string;
  variants: readonly {
    name: string;
    ftype: string;
    bitsPerWeight: number | null;
    /** Its most important figure in words, or null when it was not measured. */
    measured: string | null;
  }[];
  /** Where the unquantized model came from. */
  source: string;
  /** Name and sha256 of the importance matrix, or null. */
  imatrix: string | null;
  /** Commit of llama.cpp, or null when it was taken ready-made. */
  llamaCpp: string | null;
}

/**
 * The message of the one commit that publishes: a title that names the recipe, and what anybody needs to make
 * it again.
 */
export function commitMessage(
  recipe: PublishedRecipe,
  plan: PublishPlan,
): { title: string; description: string } {
  const names = recipe.variants.map(({ name }) => name);
  const shown =
    names.length > 6 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
  const tool = recipe.llamaCpp === null ? 'llama.cpp' : `llama.cpp ${recipe.llamaCpp.slice(0, 8)}`;
  const title = [recipe.name, shown === '' ? '' : `: ${shown}`, ` with ${tool}`].join('');
  const counts = new Map<string, number>();
  for (const { action } of changesOf(plan)) counts.set(action, (counts.get(action) ?? 0) + 1);
  const lines = [
    ...recipe.variants.map(
      ({ name, ftype, bitsPerWeight, measured }) =>
        `- ${[`${name}: ${ftype}`, ...(bitsPerWeight === null ? [] : [`${bitsPerWeight.toFixed(2)} bits per weight`]), ...(measured === null ? [] : [measured])].join(', ')}`,
    ),
    `- source: ${recipe.source}`,
    `- importance matrix: ${recipe.imatrix ?? 'none'}`,
    `- llama.cpp: ${recipe.llamaCpp ?? 'ready-made binaries'}`,
    '',
    `Published by nx-gguf: ${[...counts].map(([action, count]) => `${action} ${count}`).join(', ')}`,
  ];
  return { title, description: lines.join('\n') };
}
