import { copyToOwn, placeFile } from '../files/link-or-copy.js';
import { noteMade } from './external.js';
import type { StoreLayout } from './layout.js';
import { isOutsideStore } from './place-blob.js';
import { requireIntact, stateBefore, type NamedBlob } from './sound-bytes.js';

/**
 * As `placeBlob`, for a file that others read later, whatever becomes of a file outside the store meanwhile:
 * that one is copied. The bytes are read before they get their name, links too.
 * @throws GgufError `BLOB_DAMAGED`, or `SOURCE_CHANGED` for a file outside the store; the path is left as it was
 */
export async function placeForGood(store: StoreLayout, blob: NamedBlob, path: string): Promise<void> {
  const seen = await stateBefore(blob);
  const check = (placed: string): Promise<void> => requireIntact(store, blob, { placed, seen });
  if (isOutsideStore(store, blob.path)) return copyToOwn(blob.path, path, check);
  const placement = await placeFile(blob.path, path, { isOutside: false, check });
  if (placement === 'copy' || placement === 'reflink') await noteMade(store, path, blob.sha256);
}
