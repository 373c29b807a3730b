import { join } from 'node:path';
import { publisher } from '../../publication/settings.js';
import { cardStep } from '../../steps/evidence/card.js';
import type { Step } from '../../steps/step.js';
import type { TargetRecipe } from '../target-recipe.js';
import { namedFile } from '../upstream-files.js';
import { modelEvidence } from './model-evidence.js';

/** The step that writes the card of a model. */
export async function cardRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const evidence = await modelEvidence({ ref, model, toolchain }, ports);
  const named = model.card?.template;
  const template =
    named === undefined
      ? null
      : {
          file: join(evidence.directory, named),
          text: await namedFile(ref, ports, { file: named, by: 'card.template' }),
        };
  const owner = publisher(model);
  return cardStep({
    evidence,
    settings: { ...(owner === null ? {} : { quantizedBy: owner }), ...model.card },
    template,
  });
}
