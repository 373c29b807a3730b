import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { findBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { placeFile } from '../store/place.js';
import { filesDirectory, type TargetKind } from './target.js';

/** Kinds of target whose files people look for under `dist/<project>/`. */
const placedKinds: ReadonlySet<string> = new Set<TargetKind>(['convert', 'imatrix', 'quantize', 'card']);

/** True for targets that leave files under `dist/<project>/`. */
export function leavesFiles(kind: string): boolean {
  return placedKinds.has(kind);
}

/** Where an artifact's files are, relative to the workspace, and those whose bytes are neither there nor in the store. */
export interface PlacedFiles {
  places: string[];
  missing: string[];
}

/** Links the files of an artifact that people look for under `dist/`, as far as their bytes are on this machine. */
export async function placeFiles(manifest: Manifest, project: string, { root, store }: { root: string; store: StoreLayout }): Promise<PlacedFiles> {
  const placed: PlacedFiles = { places: [], missing: [] };
  if (!leavesFiles(manifest.step)) return placed;
  for (const file of manifest.files) {
    const place = join(filesDirectory(project), file.name);
    const blob = await findBlob(store, file);
    if (blob !== null) await placeFile(blob, join(root, place));
    const isThere = blob !== null || (await hasSize(join(root, place), file.sizeBytes));
    placed[isThere ? 'places' : 'missing'].push(place);
  }
  return placed;
}

async function hasSize(path: string, sizeBytes: number): Promise<boolean> {
  return (await stat(path).catch(() => null))?.size === sizeBytes;
}
