import { join, sep } from 'node:path';
import { isSameFile, placeFile, type Placement } from '../files/link-or-copy.js';
import type { BlobId, OnBytes } from '../files/hash-file.js';
import { digestOutside, knownDigest, noteMade } from './external.js';
import { fileState } from '../files/file-state.js';
import type { StoreLayout } from './layout.js';

/** Bytes that `findBlob` found, and where. */
export interface FoundBlob extends BlobId {
  path: string;
}

/**
 * Puts the bytes of a blob at a path where people look for them: a reflink where the file system shares blocks,
 * else a hard link to the read-only blob, else a copy. To a file outside the store, which somebody else owns, a
 * symbolic link takes the place of both: a hard link would touch it, and its owner could change it under two
 * names. Nothing is done when the bytes are there, which size and mtime alone do not say.
 */
export async function placeBlob(layout: StoreLayout, blob: FoundBlob, path: string): Promise<Placement> {
  if ((await isSameFile(blob.path, path)) || (await knownDigest(layout, path)) === blob.sha256)
    return 'present';
  const isOutside = isOutsideStore(layout, blob.path);
  const placement = await placeFile(blob.path, path, { isOutside });
  if (!isOutside && (placement === 'copy' || placement === 'reflink'))
    await noteMade(layout, path, blob.sha256);
  return placement;
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
