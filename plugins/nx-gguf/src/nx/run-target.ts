import { join } from 'node:path';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { findBlob } from '../store/blobs.js';
import { placeFile } from '../store/place.js';
import type { CommonOptions, Execution } from './run-executor.js';
import { describeArtifact } from './describe.js';
import { filesDirectory, type TargetKind } from './target.js';

/** Kinds of target whose files people look for under `dist/<project>/`. */
const placedKinds: ReadonlySet<string> = new Set<TargetKind>(['convert', 'imatrix', 'quantize', 'card']);

/** Obtains a target's artifact, puts its files where people look, and says what happened in a line or two. */
export async function runTarget(kind: TargetKind, execution: Execution<CommonOptions>): Promise<void> {
  const ref = execution.ref(kind);
  const needFiles = execution.isRequested && placedKinds.has(kind);
  const { manifest, origin } = await execution.pipeline.obtain(ref, { needFiles });
  const places = await placeFiles(manifest, ref.project, execution.environment);
  execution.print(`${describeArtifact(manifest, ref)}${origin === 'store' ? ' (from the store)' : ''}`);
  for (const place of places) execution.print(`  ${place}`);
}

/** Links the files of an artifact that people look for under `dist/`, as far as their bytes are here; their paths. */
export async function placeFiles(manifest: Manifest, project: string, { workspace, store }: Pick<Execution<CommonOptions>['environment'], 'workspace' | 'store'>): Promise<string[]> {
  if (!placedKinds.has(manifest.step)) return [];
  const places: string[] = [];
  for (const file of manifest.files) {
    const blob = await findBlob(store, file);
    if (blob === null) continue;
    const place = join(filesDirectory(project), file.name);
    await placeFile(blob, join(workspace.root, place));
    places.push(place);
  }
  return places;
}
