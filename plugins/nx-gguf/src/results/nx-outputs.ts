import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import type { Remotes } from '../remote/remotes.js';
import { findSoundBlob } from '../store/blobs.js';
import { writeDurably } from '../files/durable.js';
import { referToFile } from '../store/external.js';
import { fileState } from '../files/file-state.js';
import { readSmallText } from '../files/small-file.js';
import type { StoreLayout } from '../store/layout.js';
import { stepRegistry, type StepDescription, type TargetKind } from '../core/step-registry.js';
import { manifestPath, type TargetRef } from '../core/target.js';

/** Where the files of a target are. */
export interface CarriedPlace {
  root: string;
  store: StoreLayout;
}

const largestBytes = 1 << 20;

/**
 * Leaves the small file of a target beside its manifest, so that a restored target can be read without a
 * store. `bring` brings it from a remote, which need not be asked for the large files of the target.
 */
export async function leaveCarriedFile(
  ref: TargetRef,
  manifest: Manifest,
  { bring, ...place }: CarriedPlace & Pick<Remotes, 'bring'>,
): Promise<void> {
  const file = manifest.files.find(
    ({ name, sizeBytes }) => name === carriedFile(ref.kind) && sizeBytes <= largestBytes,
  );
  if (file === undefined || (await findCarriedFile(ref, file, place)) !== null) return;
  const path = carriedPath(ref, file.name, place.root);
  // One that is damaged is in quarantine from now on, and made again when somebody reads it.
  const find = () => findSoundBlob(place.store, file, () => undefined);
  const here = await find();
  const blob = here === null && (await bring([file])) ? await find() : here;
  // The small file of an older result would be taken for the file of this one.
  if (blob === null) await rm(path, { force: true });
  else await writeDurably(path, await readSmallText(blob));
}

/**
 * Path of a target's small file beside its manifest, when it has these very bytes; the store then knows it as
 * a place of theirs.
 */
export async function findCarriedFile(
  ref: TargetRef,
  file: ManifestFile,
  { root, store }: CarriedPlace,
): Promise<string | null> {
  if (file.name !== carriedFile(ref.kind)) return null;
  const path = carriedPath(ref, file.name, root);
  if ((await fileState(path))?.sizeBytes !== file.sizeBytes) return null;
  return (await referToFile(store, path)).sha256 === file.sha256 ? path : null;
}

function carriedPath(ref: TargetRef, name: string, root: string): string {
  return join(root, dirname(manifestPath(ref)), name);
}

function carriedFile(kind: TargetKind): string | undefined {
  const step: StepDescription = stepRegistry[kind];
  return step.carriedFile;
}
