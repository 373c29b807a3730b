import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { findBlob } from '../store/blobs.js';
import { referToFile } from '../store/external.js';
import { fileState } from '../files/file-state.js';
import type { StoreLayout } from '../store/layout.js';
import { placeBlob } from '../store/place-blob.js';
import { leavesFiles } from '../core/step-registry.js';
import { filesDirectory } from '../core/target.js';

/**
 * Where an artifact's files are, relative to the workspace, and those whose bytes are neither there nor in
 * the store.
 */
export interface PlacedFiles {
  places: string[];
  missing: string[];
}

/**
 * Links the files of an artifact that people look for under `dist/`, as far as their bytes are on this
 * machine; older ones under these names go.
 */
export async function placeFiles(
  manifest: Manifest,
  project: string,
  { root, store }: { root: string; store: StoreLayout },
): Promise<PlacedFiles> {
  const placed: PlacedFiles = { places: [], missing: [] };
  if (!leavesFiles(manifest.step)) return placed;
  for (const file of manifest.files) {
    const place = join(filesDirectory(project), file.name);
    const blob = await findBlob(store, file);
    if (blob !== null) await placeBlob(store, { ...file, path: blob }, join(root, place));
    const isThere = blob !== null || (await holds(join(root, place), { file, store }));
    // An older result under the name of this one would be taken for it.
    if (!isThere) await rm(join(root, place), { force: true });
    placed[isThere ? 'places' : 'missing'].push(place);
  }
  return placed;
}

/**
 * The files of an artifact that people look for and whose bytes are neither in the store nor where they look.
 * Nothing is placed or removed.
 */
export async function lostFiles(
  manifest: Manifest,
  project: string,
  { root, store }: { root: string; store: StoreLayout },
): Promise<ManifestFile[]> {
  if (!leavesFiles(manifest.step)) return [];
  const lost: ManifestFile[] = [];
  for (const file of manifest.files) {
    if (
      (await findBlob(store, file)) === null &&
      !(await holds(join(root, filesDirectory(project), file.name), { file, store }))
    )
      lost.push(file);
  }
  return lost;
}

/**
 * True when a file outside holds these bytes; it is then known to the store as a place of theirs, and not
 * read again while it is unchanged.
 */
async function holds(
  path: string,
  { file, store }: { file: ManifestFile; store: StoreLayout },
): Promise<boolean> {
  if ((await fileState(path))?.sizeBytes !== file.sizeBytes) return false;
  return (await referToFile(store, path)).sha256 === file.sha256;
}
