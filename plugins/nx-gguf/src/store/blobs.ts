import { chmod, rm, utimes } from 'node:fs/promises';
import type { Sha256 } from '../core/digest.js';
import type { GgufError } from '../core/errors.js';
import { publish, syncFile, writeDurably } from '../files/durable.js';
import { referredPath } from './external.js';
import { fileState, isSameState, readRecord, type FileState } from '../files/file-state.js';
import type { BlobId, OnBytes } from '../files/hash-file.js';
import { noteUse } from '../files/note-use.js';
import { removeOwn } from '../files/own-tree.js';
import { hashSettled } from '../files/hash-settled.js';
import type { StoreLayout } from './layout.js';
import { isDamage } from './quarantine.js';
import { recordText } from './scrub-record.js';
import { hashBlob, readBlob, requireSound } from './sound-blob.js';

/**
 * A blob's mtime is set this far back: a later change then shows, however coarse the clock of the file system
 * is.
 */
const settledMs = 3000;

/** To read so many bytes takes no longer than to look when they were read last. */
const smallBytes = 1 << 20;

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
  // What is there may have been damaged since; sound bytes are at hand.
  if ((await checkedBlob(layout, id)) !== null && (await isSound(layout, id.sha256, requireSound))) {
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
 * moved to quarantine. What a disk did without a trace is found by `requireSound`. Being found counts as use: the record's mtime is refreshed for `gc`.
 */
export async function checkedBlob(layout: StoreLayout, id: BlobId): Promise<string | null> {
  const path = layout.blob(id.sha256);
  const state = await fileState(path);
  if (state === null) return null;
  const record = await readRecord(layout.blobRecord(id.sha256));
  const isAsRecorded = record?.sha256 === id.sha256 && isSameState(state, record);
  if (!isAsRecorded && !(await isSound(layout, id.sha256))) return null;
  await noteUse(layout.blobRecord(id.sha256));
  return state.sizeBytes === id.sizeBytes ? path : null;
}

/**
 * Where the bytes can be read: in the store, or in a file outside that the store refers to. Null when
 * nowhere.
 */
export async function findBlob(layout: StoreLayout, id: BlobId): Promise<string | null> {
  return (await checkedBlob(layout, id)) ?? (await referredPath(layout, id));
}

/**
 * As `findBlob`, for a file that is read as a whole: where it is small its bytes are looked at each time, and a
 * damaged one, of which is told, is not found.
 */
export async function findSoundBlob(
  layout: StoreLayout,
  file: BlobId & { name?: string },
  onDamage: (error: GgufError) => void,
): Promise<string | null> {
  const path = await findBlob(layout, file);
  if (path === null || file.sizeBytes > smallBytes) return path;
  const read = await readBlob(layout, file.sha256);
  if (read === null || read.found === file.sha256) return path;
  const error: unknown = await hashBlob(layout, file).catch((found: unknown) => found);
  if (isDamage(error)) onDamage(error);
  return null;
}

/** As `findBlob`, for bytes whose size is not known. */
export async function findBytes(layout: StoreLayout, sha256: Sha256): Promise<string | null> {
  const state = (await fileState(layout.blob(sha256))) ?? (await readRecord(layout.external(sha256)));
  return state === null ? null : findBlob(layout, { sha256, sizeBytes: state.sizeBytes });
}

/** Removes a blob and its record. */
export async function discardBlob(layout: StoreLayout, sha256: Sha256): Promise<void> {
  await removeOwn(layout.root, layout.blobRecord(sha256));
  await removeOwn(layout.root, layout.blob(sha256));
}

async function isSound(
  layout: StoreLayout,
  sha256: Sha256,
  read: typeof hashBlob | typeof requireSound = hashBlob,
): Promise<boolean> {
  try {
    return (await read(layout, { sha256 })) !== null;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

async function recordBlob(layout: StoreLayout, sha256: Sha256, state: FileState): Promise<void> {
  await writeDurably(layout.blobRecord(sha256), recordText(sha256, state, undefined));
}
