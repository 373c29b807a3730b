import { prettyJson } from '../core/json/canonical-json.js';
import type { Sha256 } from '../core/digest.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { sealedManifest, unsealedManifest } from '../core/manifest-seal.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { systemReason } from '../core/system-error.js';
import { parseAs } from '../core/validate.js';
import { writeDurably } from '../files/durable.js';
import { readSmallFile } from '../files/small-file.js';
import { removeOwn } from '../files/own-tree.js';
import type { StoreLayout } from './layout.js';
import { noteUse } from '../files/note-use.js';

/**
 * The manifest that an action produced, or null. A hit counts as use: its file's mtime is refreshed for `gc`.
 */
export async function findAction(layout: StoreLayout, key: Sha256): Promise<Manifest | null> {
  const path = layout.action(key);
  const manifest = await readManifest(path).catch(async (error: unknown) => {
    if (!isGgufError(error) || error.code !== 'BAD_MANIFEST') throw error;
    await removeOwn(layout.root, path);
    return null;
  });
  if (manifest === null || manifest.actionKey !== key) return null;
  await noteUse(path);
  return manifest;
}

/** Publishes the manifest of a finished action. Its blobs must be in the store already. */
export async function putAction(layout: StoreLayout, manifest: Manifest): Promise<void> {
  await writeDurably(layout.action(manifest.actionKey), manifestText(manifest));
}

/** Makes an action unknown, so that it runs again. Its blobs stay until nothing names them. */
export async function forgetAction(layout: StoreLayout, key: Sha256): Promise<void> {
  await removeOwn(layout.root, layout.action(key));
}

/** The bytes of a manifest file, with a digest of what it says: equal manifests have equal bytes. */
export function manifestText(manifest: Manifest): string {
  return prettyJson(sealedManifest(manifest));
}

/**
 * A manifest read from a file, or null when there is none.
 * @throws GgufError `BAD_MANIFEST`, or `MANIFEST_FORMAT` for one of another format version.
 */
export async function readManifest(path: string): Promise<Manifest | null> {
  let bytes: Buffer;
  try {
    bytes = await readSmallFile(path);
  } catch (cause) {
    const code = systemErrorCode(cause) ?? '';
    if (code === 'ENOENT') return null;
    if (!unfit.has(code)) throw cause;
    throw new GgufError('BAD_MANIFEST', `${path}: ${systemReason(cause)}`, {
      cause,
      hint: 'Remove what lies there; the manifest is made again.',
    });
  }
  let read: Manifest;
  try {
    read = parseAs('manifest', bytes, path);
  } catch (error) {
    const version = formatOf(bytes);
    if (version === null || version === 1) throw error;
    throw new GgufError(
      'MANIFEST_FORMAT',
      `${path}: format version ${JSON.stringify(version)}; this version of nx-gguf reads version 1`,
      {
        hint: 'It was written by another version of nx-gguf. Update nx-gguf, or use another store (NX_GGUF_STORE).',
      },
    );
  }
  const manifest = unsealedManifest(read);
  if (manifest !== null) return manifest;
  throw new GgufError('BAD_MANIFEST', `${path}: its digest is not that of what it says`, {
    hint: 'It was damaged or changed by hand. Remove it; the manifest is looked up or made again.',
  });
}

/** Codes of what lies there in place of a manifest, or is none for its length. */
const unfit: ReadonlySet<string> = new Set(['ENOTFILE', 'EISDIR', 'ELOOP', 'ETOOLONG', 'ECHANGED']);

function formatOf(bytes: Buffer): unknown {
  return (jsonOrNull(bytes) as { format?: unknown } | null)?.format ?? null;
}
