import type { Readable } from 'node:stream';
import type { BlobId, Sha256 } from 'nx-gguf/store';
import { isUse, trusted, visibleTo } from '../config/namespaces.js';
import type { ByteRange, DocumentName, Storage } from '../storage/storage.js';
import type { Changes } from './changes.js';
import type { Holdings } from './holdings.js';
import type { Reading } from './reading.js';
import type { Reservation } from './space-account.js';
import type { Space } from './space.js';
import type { Turns } from './turns.js';

/** What the parts of the cache work with. */
export interface CacheContext {
  storage: Storage;
  space: Space;
  holdings: Holdings;
  changes: Changes;
  /** For what takes memory and time beyond its size: reading manifests, entries and archives. */
  reading: Reading;
  /** The largest document that is read. */
  mostDocumentBytes: number;
  /**
   * By the digest of a blob, or the name of a document: what finds, publishes or removes it holds its lock.
   */
  locks: Turns;
}

/** Whose eyes something is looked at with, and for whom: use is what a namespace asks for of its own. */
export interface Viewer {
  namespace: string;
  reader: string;
}

/** A namespace that looks for itself. */
export function itself(namespace: string): Viewer {
  return { namespace, reader: namespace };
}

/**
 * Size of a blob that a namespace sees, or null. A blob is seen by the namespaces that hold a claim on it, and
 * a claim is earned by sending all its bytes: knowing a digest tells nothing of what others have. Being found
 * counts as use, but of a trusted blob only for those who are trusted: nobody else decides what stays.
 */
export async function findVisibleBlob(
  context: CacheContext,
  { namespace, reader }: Viewer,
  sha256: Sha256,
): Promise<number | null> {
  const { storage, locks } = context;
  for (const holder of visibleTo(namespace)) {
    if (await isClaimed(storage, holder, sha256))
      return locks(sha256, () => findClaimed(context, reader, sha256));
  }
  return null;
}

/** A blob that turns out damaged goes, with the claims on it: whoever wants one on the next sends its bytes. */
async function findClaimed(context: CacheContext, reader: string, sha256: Sha256): Promise<number | null> {
  const { storage, space, changes } = context;
  const before = await storage.blobUsage(sha256);
  if (before === null) return null;
  const isTrusted = await isTrustedBlob(context, sha256);
  const found = await storage.findBlob(sha256, isUse(reader, isTrusted ? trusted : reader));
  if (found !== null || (await storage.blobUsage(sha256)) !== null) return found;
  space.removed(space.sizeOf(before.sizeBytes), isTrusted);
  changes.happened();
  await removeBlob(context, { sha256, sizeBytes: before.sizeBytes });
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
 * when it is counted as used. A blob that is trusted already stays as it is: a namespace that is not gets its
 * claim on it alone.
 */
export async function publishBlob(
  context: CacheContext,
  namespace: string,
  received: { id: BlobId; path: string; promised: Reservation },
): Promise<void> {
  const { storage, space, holdings, locks, changes } = context;
  const { id, path, promised } = received;
  const isTrusted = namespace === trusted;
  await locks(id.sha256, () =>
    changes.during(async () => {
      const before = await storage.blobUsage(id.sha256);
      // A claim on a blob that is not there was not earned with these bytes.
      if (before === null && !isTrusted) await removeClaim(context, trusted, id);
      const wasTrusted = await isTrustedBlob(context, id.sha256);
      if (before === null || isTrusted || !wasTrusted) {
        await storage.publishBlob(id, path);
        promised.release();
        if (before !== null) space.removed(space.sizeOf(before.sizeBytes), wasTrusted);
        space.added(space.sizeOf(id.sizeBytes), isTrusted);
      }
      // The blob comes first: a claim on a blob that is not there would be earned by whoever uploads it next.
      if (await isClaimed(storage, namespace, id.sha256)) return;
      await storage.writeDocument(claimOf(namespace, id.sha256), '{}\n');
      holdings.changed(claimOf(namespace, id.sha256), { count: 1, sizeBytes: id.sizeBytes });
    }),
  );
}

/** Removes a blob that its lock's holder wants gone, after all claims on it. */
export async function removeBlob(context: CacheContext, blob: BlobId): Promise<void> {
  const { storage, space, changes } = context;
  await changes.during(async () => {
    const isTrusted = await isTrustedBlob(context, blob.sha256);
    for (const namespace of await storage.namespaces()) await removeClaim(context, namespace, blob);
    // Somebody else may have found it damaged at the same time.
    const before = await storage.blobUsage(blob.sha256);
    await storage.removeBlob(blob.sha256);
    if (before !== null) space.removed(space.sizeOf(before.sizeBytes), isTrusted);
  });
}

/** Whether a blob is in the room of what is trusted: `trusted` has a claim on it, whoever else has one. */
export async function isTrustedBlob({ storage }: CacheContext, sha256: Sha256): Promise<boolean> {
  return isClaimed(storage, trusted, sha256);
}

async function removeClaim(
  { storage, holdings }: CacheContext,
  namespace: string,
  { sha256, sizeBytes }: BlobId,
): Promise<void> {
  if (!(await isClaimed(storage, namespace, sha256))) return;
  await storage.removeDocument(claimOf(namespace, sha256));
  holdings.changed(claimOf(namespace, sha256), { count: -1, sizeBytes: -sizeBytes });
}

/**
 * The blobs of a list that a namespace does not see, or that have another size there. Those that are found
 * count as used.
 */
export function missingBlobs(
  context: CacheContext,
  viewer: Viewer,
  blobs: readonly BlobId[],
): Promise<Sha256[]> {
  return firstMissing(context, viewer, { blobs, most: Infinity });
}

/** Whether a namespace sees all blobs of a list. They count as used. */
export async function hasBlobs(
  context: CacheContext,
  viewer: Viewer,
  blobs: readonly BlobId[],
): Promise<boolean> {
  return (await firstMissing(context, viewer, { blobs, most: 1 })).length === 0;
}

/** The search ends when this many are missing. */
async function firstMissing(
  context: CacheContext,
  viewer: Viewer,
  { blobs, most }: { blobs: readonly BlobId[]; most: number },
): Promise<Sha256[]> {
  const left = new Map(blobs.map((blob) => [`${blob.sha256} ${blob.sizeBytes}`, blob])).values();
  const missing = new Set<Sha256>();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const { sha256, sizeBytes } of left) {
        if (missing.size >= most) return;
        if ((await findVisibleBlob(context, viewer, sha256)) !== sizeBytes) missing.add(sha256);
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
