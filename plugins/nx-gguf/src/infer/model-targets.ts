import type { DeclaredModel } from '../workspace/declared-model.js';
import type { InferredTarget } from './inferred-target.js';
import { measuringTargets } from './measuring-targets.js';
import { modelContext, type ProjectContext } from './model-context.js';
import { modelSourceTargets } from './model-source-targets.js';
import { resultTargets } from './result-targets.js';
import { variantTargets } from './variant-targets.js';

/** The targets of a model, by name: those of what it declares, and no others. */
export function modelTargets(model: DeclaredModel, place: ProjectContext): Record<string, InferredTarget> {
  const context = modelContext(model, place);
  const targets = {
    ...modelSourceTargets(context),
    ...variantTargets(context),
    ...measuringTargets(context),
    ...resultTargets(context),
  };
  return Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [`${place.prefix}${name}`, target]),
  );
}
