import { GgufError } from '../core/errors.js';
import { sourceUse } from '../core/source-use.js';
import { imatrixFileStep, imatrixMakeStep } from '../steps/imatrix/imatrix.js';
import type { Step } from '../steps/step.js';
import { corpusText } from './corpus-text.js';
import { cachedPlanning } from './planning-cache.js';
import { sourceStep } from './source-recipe.js';
import type { TargetRecipe } from './target-recipe.js';
import { tellUnused, unusedImatrix } from './unused-settings.js';
import { convertedModel, llama, oneFile } from './upstream-files.js';

/**
 * The step that makes the importance matrix of a model, or takes a ready one.
 * @throws GgufError `NO_IMATRIX`
 */
export async function imatrixRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const settings = model.imatrix;
  if (settings === undefined)
    throw new GgufError('NO_IMATRIX', `${ref.project}: model.json declares no "imatrix"`, {
      hint: 'Declare one, or remove the target `imatrix` from project.json (`nx sync` does).',
    });
  if (settings.type === 'file') {
    const place = 'imatrix';
    const use = sourceUse('model', place, model);
    const { ports: cached, planningResults } = await cachedPlanning(ref, ports);
    const fetched = await cached.perform(
      await sourceStep(settings.source, { ref, ports, toolchain, kind: 'model', place, use }),
      toolchain,
      { needFiles: false },
    );
    return { ...imatrixFileStep(oneFile(fetched, settings.file, 'imatrix.source')), planningResults };
  }
  tellUnused(unusedImatrix(settings), ports);
  return imatrixMakeStep({
    settings,
    model: await convertedModel(ref, ports),
    corpus: await corpusText(settings.corpus, ports),
    toolchain: await llama(ports, toolchain),
  });
}
