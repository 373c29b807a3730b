import { readPageAssets, reportStep } from '../../steps/evidence/report.js';
import type { Step } from '../../steps/step.js';
import { cachedPlanning } from '../planning-cache.js';
import type { TargetRecipe } from '../target-recipe.js';
import { modelEvidence } from './model-evidence.js';

/** The step that draws the report page of a model. */
export async function reportRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const { ports: cached, planningResults } = await cachedPlanning(ref, ports);
  const evidence = await modelEvidence({ ref, model, toolchain }, cached, { withImportance: true });
  return { ...reportStep([evidence], await readPageAssets(), { withEvidence: true }), planningResults };
}
