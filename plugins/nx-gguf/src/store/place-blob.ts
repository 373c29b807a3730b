import { rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isSameFile, placeFile, type Placement } from '../files/link-or-copy.js';
import type { BlobId, OnBytes } from '../files/hash-file.js';
import { digestOutside, knownDigest, noteMade } from './external.js';
import { fileState, outsideState } from '../files/file-state.js';
import { GgufError } from '../core/errors.js';
import type { StoreLayout } from './layout.js';
import { isDamage, quarantined } from './quarantine.js';
import { noteHashed } from './scrub-record.js';
import { requireSound, type HashingOptions } from './sound-blob.js';

/** Bytes that `findBlob` found, and where. */
export interface FoundBlob extends BlobId {
  path: string;
  name?: string | undefined;
  /** What is told while the blob is hashed. */
  hashing?: HashingOptions;
}

/**
 * Puts the bytes of a blob at a path where people look for them: a reflink where the file system shares blocks,
 * else a hard link to the read-only blob, else a copy. To a file outside the store, which somebody else owns, a
 * symbolic link takes the place of both: a hard link would touch it, and its owner could change it under two
 * names. Nothing is done when the bytes are there, which size and mtime alone do not say. A copy is hashed while
 * it is made, a blob that is linked when it was not lately.
 * @throws GgufError `BLOB_DAMAGED`; nothing is at the path then that has the bytes of the damaged blob
 */
export async function placeBlob(layout: StoreLayout, blob: FoundBlob, path: string): Promise<Placement> {
  const isOutside = isOutsideStore(layout, blob.path);
  if (await isSameFile(blob.path, path)) {
    if (!isOutside) await requireSoundLink(layout, blob, path);
    return 'present';
  }
  if ((await knownDigest(layout, path)) === blob.sha256) return 'present';
  const takenMs = Date.now();
  const seen = await outsideState(blob.path);
  const placement = await placeFile(blob.path, path, {
    isOutside,
    check: async (_, copied) => {
      if (copied === null && !isOutside) await requireSound(layout, blob, blob.hashing);
      if (copied === null || seen === null) return;
      if (copied !== blob.sha256)
        throw isOutside ? changed(blob.path) : await quarantined(layout, { ...blob, found: copied, seen });
      if (!isOutside) await noteHashed(layout, blob.sha256, { state: seen, takenMs });
    },
  });
  if (!isOutside && (placement === 'copy' || placement === 'reflink'))
    await noteMade(layout, path, blob.sha256);
  return placement;
}

/** A link to a damaged blob is as damaged, and leads to the quarantine from then on. */
async function requireSoundLink(layout: StoreLayout, blob: FoundBlob, path: string): Promise<void> {
  try {
    await requireSound(layout, blob, blob.hashing);
  } catch (error) {
    if (isDamage(error)) await rm(path, { force: true });
    throw error;
  }
}

function changed(path: string): GgufError {
  return new GgufError('SOURCE_CHANGED', `${path} changed while it was read`, {
    hint: 'Run again when nothing writes to it any more.',
  });
}

/** True when a path holds these bytes: they are read where nothing else says so. */
export async function holdsBytes(
  layout: StoreLayout,
  path: string,
  { id, blob, onBytes }: { id: BlobId; blob: string | null; onBytes?: OnBytes | undefined },
): Promise<boolean> {
  if ((await fileState(path))?.sizeBytes !== id.sizeBytes) return false;
  if (blob !== null && (await isSameFile(blob, path))) return true;
  return (await digestOutside(layout, path, onBytes)).sha256 === id.sha256;
}

/** True for a file that the store refers to and does not own. */
export function isOutsideStore(layout: StoreLayout, path: string): boolean {
  return !path.startsWith(join(layout.blobs, sep));
}
