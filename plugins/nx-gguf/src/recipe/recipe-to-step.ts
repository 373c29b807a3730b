import type { Model } from '../core/generated/model.generated.js';
import { sourceUse } from '../core/source-use.js';
import { targetName, type TargetRef } from '../core/target.js';
import type { TargetKind } from '../core/step-registry.js';
import type { Step } from '../steps/step.js';
import { fetchedKind } from '../workspace/declarations.js';
import { defaultToolchain } from '../workspace/declared-model.js';
import { readConfig } from '../workspace/workspace.js';
import { benchRecipe } from './bench-recipe.js';
import { convertRecipe } from './convert-recipe.js';
import { gateRecipe } from './gate-recipe.js';
import { imatrixRecipe } from './imatrix-recipe.js';
import { kldBaseRecipe, measurementRecipe, type ResolvedMeasurement } from './measurement-recipe.js';
import type { RecipePorts } from './ports.js';
import { referenceRecipe } from './reference-recipe.js';
import { sourceStep } from './source-recipe.js';
import type { RecipeOptions, TargetRecipe } from './target-recipe.js';
import { tellUnused, unusedCorpus } from './unused-settings.js';
import { planRecipe, quantizeRecipe } from './variant/variant-recipe.js';

/** A step and the project whose toolchain it runs. */
export interface ResolvedStep {
  step: Step;
  toolchain: string;
}

/**
 * How the targets of a model become steps. Those of `kld` become measurements, which are worked on together.
 */
const recipes: Partial<Record<TargetKind, (recipe: TargetRecipe) => Promise<Step>>> = {
  fetch: ({ model, ...recipe }) =>
    sourceStep(model.source, {
      ...recipe,
      kind: 'model',
      place: 'source',
      use: sourceUse('model', 'source', model),
    }),
  reference: referenceRecipe,
  convert: convertRecipe,
  imatrix: imatrixRecipe,
  plan: planRecipe,
  quantize: quantizeRecipe,
  'kld-base': kldBaseRecipe,
  bench: benchRecipe,
  gate: gateRecipe,
  // They bring YAML, pictures and pages, which no other target needs.
  card: async (recipe) => (await import('./evidence/card-recipe.js')).cardRecipe(recipe),
  report: async (recipe) => (await import('./evidence/report-recipe.js')).reportRecipe(recipe),
};

/** The step of a target: its recipe and the manifests of what it builds on, resolved. */
export async function recipeToStep(
  ref: TargetRef,
  ports: RecipePorts,
  options: RecipeOptions = {},
): Promise<ResolvedStep> {
  const { workspace } = ports.environment;
  if (ref.kind === 'fetch' && (await fetchedKind(workspace, ref.project)) === 'corpus')
    return corpusToStep(ref, ports);
  const recipe = await targetRecipe(ref, ports, options);
  const toStep = recipes[ref.kind];
  if (toStep === undefined) throw new Error(`${targetName(ref)} is no step of a model`);
  return { step: await toStep(recipe), toolchain: recipe.toolchain };
}

/** The measurement of a `kld` target: as `recipeToStep`, for measurements that are worked on together. */
export async function recipeToMeasurement(
  ref: TargetRef,
  ports: RecipePorts,
  options: RecipeOptions = {},
): Promise<ResolvedMeasurement> {
  return measurementRecipe(await targetRecipe(ref, ports, options));
}

/** A target of a model with its model.json. */
async function targetRecipe(
  ref: TargetRef,
  ports: RecipePorts,
  options: RecipeOptions,
): Promise<TargetRecipe> {
  const model: Model = await readConfig(ports.environment.workspace, 'model', ref.project);
  return { ref, ports, model, toolchain: model.toolchain ?? defaultToolchain, options };
}

async function corpusToStep(ref: TargetRef, ports: RecipePorts): Promise<ResolvedStep> {
  const corpus = await readConfig(ports.environment.workspace, 'corpus', ref.project);
  const toolchain = corpus.toolchain ?? defaultToolchain;
  tellUnused(unusedCorpus(corpus), ports);
  if (corpus.description !== undefined)
    ports.environment.report({ type: 'step', message: `${ref.project}: ${corpus.description}` });
  const step = await sourceStep(corpus.source, {
    ref,
    ports,
    toolchain,
    kind: 'corpus',
    place: 'source',
    use: sourceUse('corpus', 'source', null),
  });
  return { step, toolchain };
}
