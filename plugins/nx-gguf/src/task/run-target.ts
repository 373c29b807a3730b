import type { RecipeOptions } from '../recipe/target-recipe.js';
import type { CommonOptions, Execution } from './run-executor.js';
import { describeArtifact } from './describe.js';
import { missingFiles } from '../core/rerun-input.js';
import { placeFiles } from '../results/placed-files.js';
import { leavesFiles } from '../core/step-registry.js';
import { targetInProject, targetName } from '../core/target.js';
import type { TargetKind } from '../core/step-registry.js';
import { texts } from '../workspace/loose-json.js';

/** Obtains a target's artifact, puts its files where people look, and says what happened in a line or two. */
export async function runTarget(
  kind: TargetKind,
  {
    options,
    ref: refOf,
    isRequested,
    results,
    environment,
    print,
  }: Execution<CommonOptions & { verify?: boolean }>,
  recipe: RecipeOptions = {},
): Promise<void> {
  const ref = refOf(kind);
  const isVerified = kind === 'quantize' && options.verify === true;
  const gone = missingFiles(environment.env, {
    root: environment.workspace.projects[ref.project]?.root ?? '',
    target: targetInProject(ref),
  });
  const { manifest, origin } = await results.obtain(ref, {
    needFiles: isVerified || ((isRequested || gone !== null) && leavesFiles(kind)),
    gone: gone ?? [],
    recipe,
  });
  // A finding is told whether the artifact was made now or before, here or elsewhere.
  for (const message of texts(manifest.facts['warnings']))
    environment.report({ type: 'warning', message: `${targetName(ref)}: ${message}` });
  if (isVerified) await results.verify(ref, manifest);
  const placing = { ...environment, root: environment.workspace.root };
  const first = await placeFiles(manifest, ref.project, placing);
  for (const { code, message } of first.damaged)
    environment.report({ type: 'warning', message: `${code}: ${message}` });
  // What was damaged is brought, or made, again.
  if (first.damaged.length > 0) await results.obtain(ref, { needFiles: true, recipe });
  const { places, damaged } =
    first.damaged.length > 0 ? await placeFiles(manifest, ref.project, placing) : first;
  if (damaged[0] !== undefined) throw damaged[0];
  print(
    `${describeArtifact(manifest, ref)}${{ store: ' (from the store)', remote: ' (from a remote)', run: '' }[origin]}${isVerified ? ', same bytes as one run of llama-quantize' : ''}`,
  );
  for (const place of places) print(`  ${place}`);
}
