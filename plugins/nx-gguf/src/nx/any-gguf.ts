import { stat } from 'node:fs/promises';
import { GgufError } from '../core/errors.js';
import type { ByteSource } from '../gguf/byte-source.js';
import { withFileSource } from '../steps/gguf-file.js';
import { checkedBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { listBlobs } from '../store/usage.js';
import { openHttpSource } from '../upstream/http-source.js';

/** Where files are looked for, and the credentials for them. */
export interface AnyGgufContext {
  store: StoreLayout;
  env: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal | undefined;
}

/**
 * Runs work on a file named by a path, an http(s) URL, or the first characters of its digest in the store. `HF_TOKEN` is
 * sent to the Hugging Face hub only.
 * @throws GgufError `FILE_MISSING`, `DIGEST_AMBIGUOUS`, or what reading the URL throws.
 */
export async function withAnyGguf<T>(name: string, { store, env, signal }: AnyGgufContext, work: (source: ByteSource) => Promise<T>): Promise<T> {
  if (/^https?:\/\//i.test(name)) return work(await openHttpSource(name, { authorization: (url) => authorizationFor(url, env), signal }));
  const info = await stat(name).catch(() => null);
  if (info?.isFile() === true) return withFileSource(name, work);
  return withFileSource(await inStore(name, store), work);
}

async function inStore(prefix: string, store: StoreLayout): Promise<string> {
  if (!/^[0-9a-f]{6,64}$/.test(prefix)) throw new GgufError('FILE_MISSING', `${prefix}: no such file`, { hint: 'Name a path, an http(s) URL, or at least 6 characters of a digest in the store.' });
  const found: string[] = [];
  for await (const { digest, sizeBytes } of listBlobs(store)) {
    if (digest.startsWith(prefix) && (await checkedBlob(store, { sha256: digest, sizeBytes })) !== null) found.push(digest);
  }
  const [first] = found;
  if (first === undefined) throw new GgufError('FILE_MISSING', `${prefix}: no such file, and no blob of the store starts with that`, { hint: '`gguf-store ls --files` lists the digests.' });
  if (found.length > 1) throw new GgufError('DIGEST_AMBIGUOUS', `${found.length} blobs of the store start with ${prefix}`, { hint: `They are ${found.join(', ')}.` });
  return store.blob(first);
}

function authorizationFor(url: URL, env: AnyGgufContext['env']): string | null {
  const token = env['HF_TOKEN'];
  const hub = env['HF_ENDPOINT'] ?? 'https://huggingface.co';
  return token !== undefined && token !== '' && URL.canParse(hub) && url.origin === new URL(hub).origin ? `Bearer ${token}` : null;
}
