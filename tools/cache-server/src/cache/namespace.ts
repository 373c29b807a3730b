import type { CacheContext } from './blobs.js';
import { forgetDocument } from './documents.js';

/**
 * Forgets all that a namespace holds. Blobs that nobody else holds stay until room is needed, and go first.
 */
export async function removeNamespace(context: CacheContext, namespace: string): Promise<void> {
  const { storage, holdings } = context;
  for await (const { name } of storage.documents(namespace)) {
    if (name.kind !== 'claims') {
      await forgetDocument(context, name);
      continue;
    }
    await context.locks(name.key, () =>
      context.changes.during(async () => {
        if ((await storage.documentUsage(name)) === null) return;
        await storage.removeDocument(name);
        holdings.changed(name, {
          count: -1,
          sizeBytes: -((await storage.blobUsage(name.key))?.sizeBytes ?? 0),
        });
      }),
    );
  }
  await storage.removeNamespace(namespace);
}
