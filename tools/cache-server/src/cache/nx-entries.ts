import { optionProblems, prettyJson, sha256, type BlobId } from 'nx-gguf/store';
import type { NxEntry } from '../config/generated/nx-entry.generated.js';
import { isUse, visibleTo } from '../config/namespaces.js';
import { nxEntrySchema } from '../config/schemas.js';
import type { DocumentName } from '../storage/storage.js';
import { hasBlobs, itself, publishBlob, type CacheContext, type Viewer } from './blobs.js';
import { forgetDocument, keepDocument, withDocument } from './documents.js';
import type { Reservation } from './space-account.js';

/**
 * The archive of an entry of Nx's cache as a namespace sees it, or null. Answered only while every blob is
 * there that a manifest in the archive names; being answered counts as use of those that are the namespace's
 * own.
 */
export async function findNxEntry(
  context: CacheContext,
  namespace: string,
  hash: string,
): Promise<BlobId | null> {
  for (const holder of visibleTo(namespace)) {
    const entry = await completeEntry(context, { namespace: holder, reader: namespace }, hash);
    if (entry === null) continue;
    if (isUse(namespace, holder)) await context.storage.touchDocument(entryName(holder, hash));
    return entry.body;
  }
  return null;
}

/** True when a namespace has a complete entry of its own, which is not replaced. */
export async function hasNxEntry(context: CacheContext, namespace: string, hash: string): Promise<boolean> {
  return (await completeEntry(context, itself(namespace), hash)) !== null;
}

/**
 * Keeps a received archive for a namespace. The blobs that it names may come later; until then it is not
 * answered.
 */
export async function putNxEntry(
  context: CacheContext,
  namespace: string,
  entry: { hash: string; id: BlobId; path: string; promised: Reservation; blobs: readonly BlobId[] },
): Promise<void> {
  const { hash, id, path, promised, blobs } = entry;
  await publishBlob(context, namespace, { id, path, promised });
  const text = prettyJson({
    format: 1,
    hash,
    body: { ...id },
    blobs: blobs.map((blob) => ({ ...blob })),
  } satisfies NxEntry);
  await keepDocument(context, entryName(namespace, hash), text);
}

/** Forgets an entry that a namespace has; false when it has none. */
export async function removeNxEntry(
  context: CacheContext,
  namespace: string,
  hash: string,
): Promise<boolean> {
  return (await forgetDocument(context, entryName(namespace, hash))) !== null;
}

/** An entry as it was written, or null for a text that is none. */
export function parseNxEntry(text: string): NxEntry | null {
  try {
    const value: unknown = JSON.parse(text);
    return optionProblems(nxEntrySchema, value).length === 0 ? (value as NxEntry) : null;
  } catch {
    return null;
  }
}

async function completeEntry(context: CacheContext, viewer: Viewer, hash: string): Promise<NxEntry | null> {
  const name = entryName(viewer.namespace, hash);
  return withDocument(context, { name, reader: viewer.reader }, async (text) => {
    const entry = parseNxEntry(text);
    if (entry?.hash !== hash) return null;
    return (await hasBlobs(context, viewer, [entry.body, ...entry.blobs])) ? entry : null;
  });
}

function entryName(namespace: string, hash: string): DocumentName {
  return { namespace, kind: 'nx', key: sha256(hash) };
}
