import { GgufError } from '../core/errors.js';
import { sourceUse } from '../core/source-use.js';
import { didYouMean } from '../core/suggestion.js';
import { targetName } from '../core/target.js';
import { referenceStep } from '../steps/source/reference.js';
import type { Step } from '../steps/step.js';
import { cachedPlanning } from './planning-cache.js';
import { sourceStep } from './source-recipe.js';
import type { TargetRecipe } from './target-recipe.js';

/**
 * The step that takes a GGUF that somebody else made.
 * @throws GgufError `REFERENCE_MISSING`
 */
export async function referenceRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const name = ref.variant ?? '';
  const reference = model.references?.[name];
  const known = Object.keys(model.references ?? {});
  if (reference === undefined)
    throw new GgufError(
      'REFERENCE_MISSING',
      `${targetName(ref)}: model.json declares no reference ${JSON.stringify(name)}${didYouMean(name, known)}`,
      {
        hint: known.length === 0 ? 'Declare it under "references".' : `Declared are: ${known.join(', ')}`,
      },
    );
  const { ports: cached, planningResults } = await cachedPlanning(ref, ports);
  const place = { reference: name };
  const use = sourceUse('model', place, model);
  const fetched = await cached.perform(
    await sourceStep(reference.source, { ref, ports, toolchain, kind: 'model', place, use }),
    toolchain,
    { needFiles: false },
  );
  return { ...referenceStep(name, fetched.files), planningResults };
}
