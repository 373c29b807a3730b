import { join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { ImatrixContents } from '../../quant/plan/imatrix-need.js';
import { takesMatrix } from '../../quant/plan/takes-matrix.js';
import { imatrixContentsOf, imatrixContentsStep } from '../../steps/imatrix/imatrix-contents.js';
import { readManifest } from '../../store/actions.js';
import type { HelperSteps, Surroundings, TargetManifests } from '../ports.js';
import { manifestPath, targetName } from '../../core/target.js';
import { oneFile } from '../upstream-files.js';
import type { VariantRequest } from './variant-request.js';

/** The importance matrix of a variant; the file is null when it is not on this machine and need not be. */
export interface VariantImatrix extends ImatrixContents {
  file: ManifestFile | null;
}

/**
 * The importance matrix that a variant uses, or null when it uses none. A plan from elsewhere works before
 * there is one: then it is taken to have data for every tensor.
 */
export async function variantImatrix(
  { ref, model, variant, from, toolchain }: VariantRequest,
  ports: Surroundings & TargetManifests & HelperSteps,
): Promise<VariantImatrix | null> {
  if (!takesMatrix(variant, model.imatrix !== undefined)) return null;
  if (model.imatrix === undefined)
    throw new GgufError(
      'NO_IMATRIX',
      `${targetName(ref)}: "imatrix" is true, but model.json declares no imatrix`,
      { hint: 'Declare "imatrix" in model.json, or set it to false for this variant.' },
    );
  const target = { project: ref.project, kind: 'imatrix' } as const;
  const manifest =
    from === undefined
      ? await ports.upstream(target)
      : await readManifest(join(ports.environment.workspace.root, manifestPath(target)));
  if (manifest === null) return { file: null, entries: null, refused: [], doubts: [] };
  const file = oneFile(manifest, undefined, 'imatrix');
  const looked = await ports.perform(imatrixContentsStep(file), toolchain, { needFiles: false });
  return { file, ...imatrixContentsOf(looked) };
}
