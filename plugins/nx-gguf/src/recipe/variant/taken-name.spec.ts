import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { TargetRef } from '../../core/target.js';
import { dryRun } from '../../quant/testing/dry-runs.js';
import { temporaryDirectory, temporaryStore } from '../../store/testing/temporary-store.js';
import type { Step } from '../../steps/step.js';
import type { TargetRecipe } from '../target-recipe.js';
import { planRecipe, quantizeRecipe } from './variant-recipe.js';

const manifest = (step: string, facts: Record<string, unknown>, file: string): Manifest => ({
  format: 1,
  step,
  actionKey: step,
  files: [{ name: file, sha256: 'a'.repeat(64), sizeBytes: 1 }],
  facts: facts,
  provenance: { inputs: [], toolchain: null, commands: [] },
});

/** A variant of a model that was converted to its own type, which is this one. */
function variantOf(variant: string, kind: 'plan' | 'quantize', type = 'bf16') {
  const facts: Record<string, Record<string, unknown>> = {
    'gguf-header': { sizesBytes: [1], contents: { metadata: {}, blocks: [0] } },
    'dry-run': { dryRun: dryRun(`blk.0.a ${type} q4_K`) },
  };
  const ports = {
    environment: {
      workspace: { root: temporaryDirectory(), projects: { m: { root: 'm' } } },
      store: temporaryStore(),
      env: {},
      signal: undefined,
      report: () => undefined,
    },
    transfer: {},
    upstream: (ref: TargetRef) => Promise.resolve(manifest(ref.kind, {}, `M-${type.toUpperCase()}.gguf`)),
    toolchain: () => ({ identity: () => Promise.resolve({}) }),
    perform: ({ action: { step } }: Step) => Promise.resolve(manifest(step, facts[step] ?? {}, step)),
  };
  const recipe = {
    ref: { project: 'm', kind, variant },
    ports: ports as unknown as TargetRecipe['ports'],
    model: {
      name: 'M',
      source: { type: 'path', path: 'x' },
      quantize: { [variant]: { ftype: 'Q4_K_M' } },
    },
    toolchain: 'llama-cpp',
    options: {},
  } as const;
  return kind === 'plan' ? planRecipe(recipe) : quantizeRecipe(recipe);
}

describe('a variant beside a model that was converted to its own type', () => {
  it.each(['plan', 'quantize'] as const)('has another name: %s', async (kind) => {
    for (const [variant, type] of [
      ['Bf16', 'bf16'],
      ['F16', 'f16'],
    ] as const)
      await expect(variantOf(variant, kind, type)).rejects.toMatchObject({
        code: 'VARIANT_NAME_TAKEN',
        message: `m:${kind}:${variant}: M-${variant}.gguf is the name of the unquantized model already`,
      });
    await expect(variantOf('F16', kind)).resolves.toMatchObject({ action: { step: kind } });
  });
});
