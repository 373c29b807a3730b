import { trusted } from '../config/namespaces.js';
import type { DocumentName, Usage } from '../storage/storage.js';
import type { CacheContext } from './blobs.js';
import { readingMemory } from './json-gauge.js';

/**
 * Reads a document for somebody and does something with its text, within the budget for that; null where there
 * is none.
 */
export async function withDocument<T>(
  { storage, reading }: CacheContext,
  { name, reader }: { name: DocumentName; reader: string },
  use: (text: string) => Promise<T | null>,
): Promise<T | null> {
  const usage = await storage.documentUsage(name);
  if (usage === null) return null;
  return reading(reader, readingMemory(usage.sizeBytes), async () => {
    const text = await storage.readDocument(name);
    return text === null ? null : use(text);
  });
}

/** Writes a document, in place of the one that is there, and counts its bytes. */
export async function keepDocument(context: CacheContext, name: DocumentName, text: string): Promise<void> {
  const { storage, space, holdings, locks, changes } = context;
  await locks(lockOf(name), () =>
    changes.during(async () => {
      const before = await storage.documentUsage(name);
      await storage.writeDocument(name, text);
      const sizeBytes = Buffer.byteLength(text);
      space.added(
        space.sizeOf(sizeBytes) - (before === null ? 0 : space.sizeOf(before.sizeBytes)),
        name.namespace === trusted,
      );
      holdings.changed(name, {
        count: before === null ? 1 : 0,
        sizeBytes: sizeBytes - (before?.sizeBytes ?? 0),
      });
    }),
  );
}

/**
 * Removes a document that is as it is wanted gone, any by default; its size in bytes, or null when there is
 * none.
 */
export async function forgetDocument(
  context: CacheContext,
  name: DocumentName,
  isWanted: (usage: Usage) => boolean = () => true,
): Promise<number | null> {
  const { storage, space, holdings, locks, changes } = context;
  return locks(lockOf(name), () =>
    changes.during(async () => {
      const before = await storage.documentUsage(name);
      if (before === null || !isWanted(before)) return null;
      await storage.removeDocument(name);
      space.removed(space.sizeOf(before.sizeBytes), name.namespace === trusted);
      holdings.changed(name, { count: -1, sizeBytes: -before.sizeBytes });
      return before.sizeBytes;
    }),
  );
}

function lockOf({ namespace, kind, key }: DocumentName): string {
  return `${namespace}/${kind}/${key}`;
}
