import { GgufError } from '../core/errors.js';
import { gateNeeds } from '../kld/gates/gates.js';
import { gateStep, type GatedModel } from '../steps/evidence/gate.js';
import type { Step } from '../steps/step.js';
import { requireConsistentModel } from './consistent-model.js';
import type { TargetManifests } from './ports.js';
import type { TargetRecipe } from './target-recipe.js';
import { targetName, type TargetRef } from '../core/target.js';

/**
 * The gates of a model with the manifests of every model that they refer to.
 * @throws GgufError `NO_GATES`, and what `requireConsistentModel` throws
 */
export async function gateRecipe({
  ref,
  ports,
  model,
}: Pick<TargetRecipe, 'ref' | 'model'> & { ports: TargetManifests }): Promise<Step> {
  const gates = model.gates ?? {};
  if (Object.keys(gates).length === 0)
    throw new GgufError('NO_GATES', `${targetName(ref)}: model.json declares no "gates"`, {
      hint: 'Declare what must hold of a variant, or remove the target `gate`.',
    });
  requireConsistentModel(model, ref.project);
  const models: GatedModel[] = [];
  for (const [name, { isMeasured }] of gateNeeds(gates)) {
    const kind = Object.hasOwn(model.quantize ?? {}, name) ? 'quantize' : 'reference';
    const of = (wanted: TargetRef['kind']) =>
      ports.upstream({ project: ref.project, kind: wanted, variant: name });
    models.push({ name, files: await of(kind), measured: isMeasured ? await of('kld') : null });
  }
  return gateStep(gates, models);
}
