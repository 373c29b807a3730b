import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import { commitMessage, type PublishedRecipe } from './commit-message.js';

const variant = (name: string) => ({
  name,
  ftype: name,
  bitsPerWeight: 4.834,
  measured: 'mean KLD 0.029751 ± 0.000104',
});
const recipe: PublishedRecipe = {
  name: 'Qwen3.5-0.8B',
  variants: [variant('Q4_K_M'), { ...variant('Q6_K'), bitsPerWeight: null, measured: null }],
  source: 'unsloth/Qwen3.5-0.8B at 1111',
  imatrix: 'imatrix.gguf, sha256 9dd6',
  llamaCpp: 'de3ff815ea7d559ee917f063901b8986f038abc6',
};
const plan: PublishPlan = {
  format: 1,
  destination: 'x',
  isNew: false,
  files: (['add', 'add', 'replace', 'keep'] as const).map((action) => ({
    path: action,
    action,
    sizeBytes: 1,
    because: '',
  })),
};

it('names the recipe, and what anybody needs to make it again', () => {
  const { title, description } = commitMessage(recipe, plan);
  expect(title).toBe('Qwen3.5-0.8B: Q4_K_M, Q6_K with llama.cpp de3ff815');
  expect(description.split('\n')).toEqual([
    '- Q4_K_M: Q4_K_M, 4.83 bits per weight, mean KLD 0.029751 ± 0.000104',
    '- Q6_K: Q6_K',
    '- source: unsloth/Qwen3.5-0.8B at 1111',
    '- importance matrix: imatrix.gguf, sha256 9dd6',
    '- llama.cpp: de3ff815ea7d559ee917f063901b8986f038abc6',
    '',
    'Published by nx-gguf: add 2, replace 1',
  ]);
});

it('stays short with many variants, and says so of tools without a commit', () => {
  const many = Array.from({ length: 20 }, (_, index) => variant(`V${index}`));
  expect(commitMessage({ ...recipe, variants: many, llamaCpp: null, imatrix: null }, plan).title).toBe(
    'Qwen3.5-0.8B: V0, V1, V2, V3, V4 and 15 more with llama.cpp',
  );
});
