import { chmod, rm, utimes } from 'node:fs/promises';
import { prettyJson } from '../core/canonical-json.js';
import type { Sha256 } from '../core/digest.js';
import { systemErrorCode } from '../core/errors.js';
import { publish, syncFile, writeDurably } from '../files/durable.js';
import { referredPath } from './external.js';
import { fileState, isSameState, readRecord, recordableState, type FileState } from '../files/file-state.js';
import { hashFile, type BlobId, type OnBytes } from '../files/hash-file.js';
import { hashSettled } from '../files/hash-settled.js';
import type { StoreLayout } from './layout.js';

/**
 * A blob's mtime is set this far back: a later change then shows, however coarse the clock of the file system
 * is.
 */
const settledMs = 3000;

/**
 * Moves a finished file (on the store's file system) into the store: hashed, flushed, made read-only,
 * renamed. A damaged blob of the same digest is replaced.
 * @throws GgufError `SOURCE_CHANGED` when a program still writes to it
 */
export async function adoptFile(layout: StoreLayout, path: string, onBytes?: OnBytes): Promise<BlobId> {
  const hashed = await hashSettled(path, { onBytes });
  if (hashed === null) throw new Error(`${path} is no file that could be moved into the store`);
  return adoptHashed(layout, path, { sha256: hashed.sha256, sizeBytes: hashed.sizeBytes });
}

/**
 * Moves a finished file, whose digest was computed while it was written or read, into the store as
 * `adoptFile` does.
 */
export async function adoptHashed(layout: StoreLayout, path: string, id: BlobId): Promise<BlobId> {
  if ((await checkedBlob(layout, id)) !== null) {
    await rm(path);
    return id;
  }
  const mtime = new Date(Date.now() - settledMs);
  await utimes(path, mtime, mtime);
  await chmod(path, 0o444);
  await syncFile(path);
  const state = await fileState(path);
  await publish(path, layout.blob(id.sha256));
  if (state !== null) await recordBlob(layout, id.sha256, state);
  return id;
}

/**
 * The path of a blob whose bytes are as they were when it was verified, or null. Size and mtime are compared
 * with the record; where they differ the bytes are hashed again, and a blob that is not what its name says is
 * removed. Being found counts as use: the record's mtime is refreshed for `gc`.
 */
export async function checkedBlob(layout: StoreLayout, id: BlobId): Promise<string | null> {
  const path = layout.blob(id.sha256);
  const takenMs = Date.now();
  const state = await fileState(path);
  if (state === null) return null;
  const record = await readRecord(layout.blobRecord(id.sha256));
  if (record?.sha256 === id.sha256 && isSameState(state, record)) {
    const now = new Date();
    await utimes(layout.blobRecord(id.sha256), now, now).catch(() => undefined);
  } else if ((await digestOfFile(path)) === id.sha256) {
    await recordBlob(layout, id.sha256, recordableState(state, takenMs));
  } else {
    // Another process may have put a sound one in its place meanwhile.
    if (isSameState(state, await fileState(path))) await discardBlob(layout, id.sha256);
    return null;
  }
  return state.sizeBytes === id.sizeBytes ? path : null;
}

/**
 * Where the bytes can be read: in the store, or in a file outside that the store refers to. Null when
 * nowhere.
 */
export async function findBlob(layout: StoreLayout, id: BlobId): Promise<string | null> {
  return (await checkedBlob(layout, id)) ?? (await referredPath(layout, id));
}

/** As `findBlob`, for bytes whose size is not known. */
export async function findBytes(layout: StoreLayout, sha256: Sha256): Promise<string | null> {
  const state = (await fileState(layout.blob(sha256))) ?? (await readRecord(layout.external(sha256)));
  return state === null ? null : findBlob(layout, { sha256, sizeBytes: state.sizeBytes });
}

/** Removes a blob and its record. */
export async function discardBlob(layout: StoreLayout, sha256: Sha256): Promise<void> {
  await rm(layout.blobRecord(sha256), { force: true });
  await rm(layout.blob(sha256), { force: true });
}

async function digestOfFile(path: string): Promise<Sha256 | null> {
  try {
    return (await hashFile(path)).sha256;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function recordBlob(layout: StoreLayout, sha256: Sha256, state: FileState): Promise<void> {
  await writeDurably(layout.blobRecord(sha256), prettyJson({ sha256, ...state }));
}
