import { stat } from 'node:fs/promises';
import { GgufError } from '../../core/errors.js';
import type { ByteSource } from '../../gguf/byte-source.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { checkedBlob } from '../../store/blobs.js';
import type { StoreLayout } from '../../store/layout.js';
import { listBlobs } from '../../store/usage.js';
import type { UpstreamContext } from '../upstream-context.js';

/**
 * Runs work on a file named by a path, an http(s) URL, or the first characters of its digest in the store.
 * The user's token is sent to their hub only.
 * @throws GgufError `FILE_MISSING`, `DIGEST_AMBIGUOUS`, or what reading the URL throws.
 */
export async function withAnyGguf<T>(
  name: string,
  context: UpstreamContext,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  if (/^https?:\/\//i.test(name))
    return (await import('../addressed-file.js')).withAddressed(name, context, work);
  const info = await stat(name).catch(() => null);
  if (info?.isFile() === true) return withFileBytes(name, work);
  return withFileBytes(await inStore(name, context.store), work);
}

async function inStore(prefix: string, store: StoreLayout): Promise<string> {
  if (!/^[0-9a-f]{6,64}$/.test(prefix))
    throw new GgufError('FILE_MISSING', `${prefix}: no such file`, {
      hint: 'Name a path, an http(s) URL, or at least 6 characters of a digest in the store.',
    });
  const found: string[] = [];
  for await (const { digest, sizeBytes } of listBlobs(store)) {
    if (digest.startsWith(prefix) && (await checkedBlob(store, { sha256: digest, sizeBytes })) !== null)
      found.push(digest);
  }
  const [first] = found;
  if (first === undefined)
    throw new GgufError(
      'FILE_MISSING',
      `${prefix}: no such file, and no blob of the store starts with that`,
      { hint: '`npx nx-gguf store ls --files` lists the digests.' },
    );
  if (found.length > 1)
    throw new GgufError('DIGEST_AMBIGUOUS', `${found.length} blobs of the store start with ${prefix}`, {
      hint: `They are ${found.join(', ')}.`,
    });
  return store.blob(first);
}
