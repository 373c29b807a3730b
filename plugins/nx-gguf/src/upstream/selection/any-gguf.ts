import { counted } from '../../core/counted.js';
import { GgufError, systemErrorCode } from '../../core/errors.js';
import { systemError } from '../../core/system-error.js';
import type { ByteSource } from '../../gguf/byte-source.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { openFile } from '../../files/small-file.js';
import { checkedBlob } from '../../store/blobs.js';
import { listBlobs } from '../../store/usage.js';
import type { UpstreamContext } from '../upstream-context.js';
import { directoryInstead, noSuchGguf } from './no-such-gguf.js';

/** Where a file that somebody named may be. */
export interface GgufPlaces extends UpstreamContext {
  /** The workspace in whose `dist` results are looked for, to suggest one; null where there is none. */
  workspaceRoot: string | null;
}

/**
 * Runs work on a file named by a path, an http(s) URL, or the first characters of its digest in the store.
 * The user's token is sent to their hub only.
 * @throws GgufError `FILE_MISSING`, `FILE_UNFIT`, `FILE_FORBIDDEN`, `DIGEST_AMBIGUOUS`, or what reading the URL
 * throws.
 */
export async function withAnyGguf<T>(
  name: string,
  context: GgufPlaces,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  if (/^https?:\/\//i.test(name))
    return (await import('../addressed-file.js')).withAddressed(name, context, work);
  const found = await kindOf(name);
  if (found === 'directory') throw await directoryInstead(name);
  const path = found === 'file' ? name : await inStore(name, context);
  return withFileBytes(path, work, name);
}

/** What lies at a path; a file is opened, so that one that cannot be read is told at once. */
async function kindOf(path: string): Promise<'file' | 'directory' | null> {
  if (path === '') return null;
  try {
    await (await openFile(path)).close();
    return 'file';
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return null;
    if (code === 'EISDIR') return 'directory';
    if (code !== 'ENOTFILE') throw systemError(error) ?? error;
    throw new GgufError('FILE_UNFIT', `${path} is neither a file nor a directory`, {
      hint: 'A GGUF is read at any place, so that a pipe or a device will not do: name a file.',
    });
  }
}

async function inStore(prefix: string, { store, workspaceRoot }: GgufPlaces): Promise<string> {
  if (!/^[0-9a-f]{6,64}$/i.test(prefix)) throw await noSuchGguf(prefix, workspaceRoot);
  const wanted = prefix.toLowerCase();
  const found: string[] = [];
  for await (const { digest, sizeBytes } of listBlobs(store)) {
    if (digest.startsWith(wanted) && (await checkedBlob(store, { sha256: digest, sizeBytes })) !== null)
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
    throw new GgufError(
      'DIGEST_AMBIGUOUS',
      `${counted(found.length, 'blob')} of the store start with ${prefix}`,
      {
        hint: `They are ${found.join(', ')}.`,
      },
    );
  return store.blob(first);
}
