import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';
import { readManifest } from '../store/actions.js';
import { checkedBlob, findBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { listActions, listBlobs } from '../store/usage.js';
import type { StoreArguments, StoreCommandContext } from './store-options.js';

const listed = '`npx nx-gguf store ls --files` lists the digests.';
const shownDigests = 8;

/** `nx-gguf store path`: the directory of the store, or the path of a blob. */
export async function printPath(
  layout: StoreLayout,
  { positionals: [given] }: StoreArguments,
  { print }: StoreCommandContext,
): Promise<number> {
  if (given === undefined) {
    print(layout.root);
    return 0;
  }
  const prefix = given.toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(prefix))
    throw new GgufError('BLOB_MISSING', `${JSON.stringify(given)} is no beginning of a digest`, {
      hint: listed,
    });
  const found: string[] = [];
  for await (const { digest, sizeBytes } of listBlobs(layout)) {
    if (digest.startsWith(prefix) && (await checkedBlob(layout, { sha256: digest, sizeBytes })) !== null)
      found.push(digest);
  }
  if (found.length > 1)
    throw new GgufError(
      'DIGEST_AMBIGUOUS',
      `${counted(found.length, 'blob')} of the store start with ${given}`,
      {
        hint: `Give more digits. They are ${found.slice(0, shownDigests).join(', ')}${found.length > shownDigests ? ', …' : ''}.`,
      },
    );
  const path = found[0] === undefined ? await referred(layout, prefix) : layout.blob(found[0]);
  if (path === null)
    throw new GgufError('BLOB_MISSING', `no blob of the store at ${layout.root} starts with ${given}`, {
      hint: listed,
    });
  print(path);
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
