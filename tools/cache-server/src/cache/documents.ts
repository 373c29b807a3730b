import type { DocumentName } from '../storage/storage.js';
import type { CacheContext } from './blobs.js';

/** Writes a document, in place of the one that is there, and counts its bytes. */
export async function keepDocument({ storage, space }: Omit<CacheContext, 'locks'>, name: DocumentName, text: string): Promise<void> {
  const before = await storage.documentUsage(name);
  await storage.writeDocument(name, text);
  space.added(Buffer.byteLength(text) - (before?.sizeBytes ?? 0));
}

/** Removes a document; its size in bytes, or null when there is none. */
export async function forgetDocument({ storage, space }: Omit<CacheContext, 'locks'>, name: DocumentName): Promise<number | null> {
  const before = await storage.documentUsage(name);
  if (before === null) return null;
  await storage.removeDocument(name);
  space.removed(before.sizeBytes);
  return before.sizeBytes;
}
