import type { Readable } from 'node:stream';
import { isGgufError, type Sha256 } from 'nx-gguf/store';
import { isUse, visibleTo } from '../config/namespaces.js';
import type { DocumentName } from '../storage/storage.js';
import { hasBlobs, itself, missingBlobs, type CacheContext, type Viewer } from './blobs.js';
import { forgetDocument, keepDocument, withDocument } from './documents.js';
import { jsonLimits } from './json-gauge.js';
import { manifestOf } from './manifest.js';

/** A larger manifest is not kept in memory for as long as its reader takes. */
const keptBytes = 1 << 16;

/**
 * An action's manifest as a namespace sees it, or null. Answered only while every blob that it names is there;
 * being answered counts as use of it and of them, where they are the namespace's own.
 */
export async function findAction(
  context: CacheContext,
  namespace: string,
  key: Sha256,
): Promise<{ sizeBytes: number; body: string | Readable } | null> {
  for (const holder of visibleTo(namespace)) {
    const name = actionName(holder, key);
    const viewer = { namespace: holder, reader: namespace };
    const found = await withDocument(context, { name, reader: namespace }, async (text) => {
      if (!(await isComplete(context, viewer, { text, key }))) return null;
      const sizeBytes = Buffer.byteLength(text);
      return sizeBytes > keptBytes ? context.storage.openDocument(name) : { sizeBytes, body: text };
    });
    if (found === null) continue;
    if (isUse(namespace, holder)) await context.storage.touchDocument(name);
    return found;
  }
  return null;
}

/**
 * Keeps a manifest for a namespace; the digests that it names and the namespace does not see, in which case
 * nothing is kept.
 */
export async function putAction(
  context: CacheContext,
  namespace: string,
  { key, text }: { key: Sha256; text: string },
): Promise<Sha256[]> {
  const { files } = await manifestOf(text, key, jsonLimits(context.mostDocumentBytes));
  const missing = await missingBlobs(context, itself(namespace), files);
  if (missing.length > 0) return missing;
  await keepDocument(context, actionName(namespace, key), text);
  return [];
}

/** Forgets what a namespace has for an action; false when that is nothing. */
export async function removeAction(context: CacheContext, namespace: string, key: Sha256): Promise<boolean> {
  return (await forgetDocument(context, actionName(namespace, key))) !== null;
}

async function isComplete(
  context: CacheContext,
  viewer: Viewer,
  { text, key }: { text: string; key: Sha256 },
): Promise<boolean> {
  try {
    const { files } = await manifestOf(text, key, jsonLimits(context.mostDocumentBytes));
    return await hasBlobs(context, viewer, files);
  } catch (error) {
    // A damaged document is as good as none.
    if (isGgufError(error) && error.code === 'BAD_MANIFEST') return false;
    throw error;
  }
}

function actionName(namespace: string, key: Sha256): DocumentName {
  return { namespace, kind: 'actions', key };
}
