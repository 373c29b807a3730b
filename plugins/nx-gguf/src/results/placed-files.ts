import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GgufError } from '../core/errors.js';
import type { Report } from '../core/events.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import { findBlob } from '../store/blobs.js';
import { referToFile } from '../store/external.js';
import { fileState } from '../files/file-state.js';
import type { StoreLayout } from '../store/layout.js';
import { placeBlob, type FoundBlob } from '../store/place-blob.js';
import { isDamage } from '../store/quarantine.js';
import { leavesFiles } from '../core/step-registry.js';
import { filesDirectory } from '../core/target.js';

/**
 * Where an artifact's files are, relative to the workspace, and those whose bytes are neither there nor in
 * the store.
 */
export interface PlacedFiles {
  places: string[];
  missing: string[];
  /** For those that are missing because their blob turned out to be damaged. */
  damaged: GgufError[];
}

/** Where files are placed, and what is told when that takes long. */
export interface Placing {
  root: string;
  store: StoreLayout;
  report: Report;
  signal: AbortSignal | undefined;
}

/**
 * Links the files of an artifact that people look for under `dist/`, as far as their bytes are on this
 * machine; older ones under these names go. Blobs that were not hashed lately are.
 */
export async function placeFiles(
  manifest: Manifest,
  project: string,
  placing: Placing,
): Promise<PlacedFiles> {
  const { root, store } = placing;
  const placed: PlacedFiles = { places: [], missing: [], damaged: [] };
  if (!leavesFiles(manifest.step)) return placed;
  for (const file of manifest.files) {
    const place = join(filesDirectory(project), file.name);
    const blob = await findBlob(store, file);
    const damage = blob === null ? null : await placeOne({ ...file, path: blob }, join(root, place), placing);
    if (damage !== null) placed.damaged.push(damage);
    const isPlaced = blob !== null && damage === null;
    const isThere = isPlaced || (await holds(join(root, place), { file, store }));
    // An older result under the name of this one would be taken for it.
    if (!isThere) await rm(join(root, place), { force: true });
    placed[isThere ? 'places' : 'missing'].push(place);
  }
  return placed;
}

/** Places a blob, and gives the error of a damaged one. */
async function placeOne(
  blob: FoundBlob,
  path: string,
  { store, report, signal }: Placing,
): Promise<GgufError | null> {
  let total = 0;
  let done = 0;
  try {
    const hashing = {
      signal,
      onStart: (sizeBytes: number) => (total = sizeBytes),
      onBytes: (count: number) => {
        done += count;
        report({ type: 'progress', label: `hashing ${blob.name ?? ''}`, done, total, unit: 'bytes' });
      },
    };
    await placeBlob(store, { ...blob, hashing }, path);
    return null;
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
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
