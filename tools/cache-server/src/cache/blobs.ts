import type { Readable } from 'node:stream';
import type { BlobId, Sha256 } from 'nx-gguf/store';
import { visibleTo } from '../config/namespaces.js';
import type { ByteRange, DocumentName, Storage } from '../storage/storage.js';
import type { Changes } from './changes.js';
import type { Holdings } from './holdings.js';
import type { Reservation } from './space-account.js';
import type { Space } from './space.js';
import type { Turns } from './turns.js';

/** What the parts of the cache work with. */
export interface CacheContext {
  storage: Storage;
  space: Space;
  holdings: Holdings;
  changes: Changes;
  /**
   * By the digest of a blob, or the name of a document: what finds, publishes or removes it holds its lock.
   */
  locks: Turns;
}

/**
 * Size of a blob that a namespace sees, or null; being found counts as use. A blob is seen by the namespaces
 * that hold a claim on it, and a claim is earned by sending all its bytes: knowing a digest tells nothing of
 * what others have.
 */
export async function findVisibleBlob(
  { storage, space, locks, changes }: CacheContext,
  namespace: string,
  sha256: Sha256,
): Promise<number | null> {
  const onDamaged = (sizeBytes: number): void => {
    space.removed(space.sizeOf(sizeBytes));
    changes.happened();
  };
  for (const holder of visibleTo(namespace)) {
    if (await isClaimed(storage, holder, sha256))
      return locks(sha256, () => storage.findBlob(sha256, onDamaged));
  }
  return null;
}

/** The bytes of a blob that was found; null when it went since. */
export function openBlob(
  { storage }: CacheContext,
  sha256: Sha256,
  range?: ByteRange,
): Promise<Readable | null> {
  return storage.openBlob(sha256, range);
}

/**
 * Takes over a received file as a blob that a namespace holds. The room that it was promised is given back
 * when it is counted as used.
 */
export async function publishBlob(
  context: CacheContext,
  namespace: string,
  received: { id: BlobId; path: string; promised: Reservation },
): Promise<void> {
  const { storage, space, holdings, locks, changes } = context;
  const { id, path, promised } = received;
  await locks(id.sha256, () =>
    changes.during(async () => {
      const before = await storage.blobUsage(id.sha256);
      await storage.publishBlob(id, path);
      promised.release();
      space.added(space.sizeOf(id.sizeBytes) - (before === null ? 0 : space.sizeOf(before.sizeBytes)));
      // The blob comes first: a claim on a blob that is not there would be earned by whoever uploads it next.
      if (await isClaimed(storage, namespace, id.sha256)) return;
      await storage.writeDocument(claimOf(namespace, id.sha256), '{}\n');
      holdings.changed(claimOf(namespace, id.sha256), { count: 1, sizeBytes: id.sizeBytes });
    }),
  );
}

/** Removes a blob that its lock's holder wants gone, after all claims on it. */
export async function removeBlob(
  { storage, space, holdings, changes }: Omit<CacheContext, 'locks'>,
  blob: BlobId,
): Promise<void> {
  await changes.during(async () => {
    for (const namespace of await storage.namespaces()) {
      if (!(await isClaimed(storage, namespace, blob.sha256))) continue;
      await storage.removeDocument(claimOf(namespace, blob.sha256));
      holdings.changed(claimOf(namespace, blob.sha256), { count: -1, sizeBytes: -blob.sizeBytes });
    }
    // Somebody else may have found it damaged at the same time.
    const before = await storage.blobUsage(blob.sha256);
    await storage.removeBlob(blob.sha256);
    if (before !== null) space.removed(space.sizeOf(before.sizeBytes));
  });
}

/**
 * The blobs of a list that a namespace does not see, or that have another size there. Those that are found
 * count as used.
 */
export function missingBlobs(
  context: CacheContext,
  namespace: string,
  blobs: readonly BlobId[],
): Promise<Sha256[]> {
  return firstMissing(context, namespace, { blobs, most: Infinity });
}

/** Whether a namespace sees all blobs of a list. They count as used. */
export async function hasBlobs(
  context: CacheContext,
  namespace: string,
  blobs: readonly BlobId[],
): Promise<boolean> {
  return (await firstMissing(context, namespace, { blobs, most: 1 })).length === 0;
}

/** The search ends when this many are missing. */
async function firstMissing(
  context: CacheContext,
  namespace: string,
  { blobs, most }: { blobs: readonly BlobId[]; most: number },
): Promise<Sha256[]> {
  const left = new Map(blobs.map((blob) => [`${blob.sha256} ${blob.sizeBytes}`, blob])).values();
  const missing = new Set<Sha256>();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const { sha256, sizeBytes } of left) {
        if (missing.size >= most) return;
        if ((await findVisibleBlob(context, namespace, sha256)) !== sizeBytes) missing.add(sha256);
      }
    }),
  );
  return [...missing].sort();
}

async function isClaimed(storage: Storage, namespace: string, sha256: Sha256): Promise<boolean> {
  return (await storage.documentUsage(claimOf(namespace, sha256))) !== null;
}

function claimOf(namespace: string, key: Sha256): DocumentName {
  return { namespace, kind: 'claims', key };
}
