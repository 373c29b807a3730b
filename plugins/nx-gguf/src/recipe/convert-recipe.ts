import { convertStep } from '../steps/convert/convert.js';
import type { Step } from '../steps/step.js';
import type { TargetRecipe } from './target-recipe.js';
import { namedFile } from './upstream-files.js';

/** The step that converts the fetched checkpoint of a model. */
export async function convertRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const access = ports.toolchain(toolchain);
  const settings = model.convert ?? {};
  const metadata =
    settings.metadata === undefined
      ? null
      : await namedFile(ref, ports, { file: settings.metadata, by: 'convert.metadata' });
  const checkpoint = await ports.upstream({ project: ref.project, kind: 'fetch' });
  return convertStep({
    name: model.name,
    settings,
    metadata,
    checkpoint: checkpoint.files,
    toolchain: { source: await access.identity('source'), python: await access.identity('python') },
  });
}
