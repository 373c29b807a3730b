import { GgufError } from '../core/errors.js';
import { readManifest } from '../store/actions.js';
import { checkedBlob, findBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { listActions, listBlobs } from '../store/usage.js';
import { storeOptions, type StoreCommandContext } from './store-options.js';

/** `nx-gguf store path`: the directory of the store, or the paths of blobs. */
export async function printPath(
  layout: StoreLayout,
  args: readonly string[],
  { print }: StoreCommandContext,
): Promise<number> {
  const [prefix] = storeOptions(args, { positionals: 1 }).positionals;
  if (prefix === undefined) {
    print(layout.root);
    return 0;
  }
  const found: string[] = [];
  for await (const { digest, sizeBytes } of listBlobs(layout)) {
    if (digest.startsWith(prefix) && (await checkedBlob(layout, { sha256: digest, sizeBytes })) !== null)
      found.push(layout.blob(digest));
  }
  const outside = found.length === 0 ? await referred(layout, prefix) : null;
  if (outside !== null) found.push(outside);
  if (found.length === 0)
    throw new GgufError('BLOB_MISSING', `no blob starts with ${prefix}`, {
      hint: '`npx nx-gguf store ls --files` lists the digests.',
    });
  for (const blob of found) print(blob);
  return 0;
}

async function referred(layout: StoreLayout, prefix: string): Promise<string | null> {
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    for (const file of manifest?.files ?? []) {
      const found = file.sha256.startsWith(prefix) ? await findBlob(layout, file) : null;
      if (found !== null) return found;
    }
  }
  return null;
}
