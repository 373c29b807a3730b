import pLimit from 'p-limit';
import type { Sha256 } from '../core/digest.js';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { outsideState, type OutsideState } from '../files/file-state.js';
import { hashFile, type OnBytes } from '../files/hash-file.js';
import type { StoreLayout } from './layout.js';
import { withLock } from './lock.js';
import { quarantined } from './quarantine.js';
import { isFreshBlob, noteHashed } from './scrub-record.js';

/** A blob, with the name of the file that it is where that is known. */
export interface NamedBlob {
  sha256: Sha256;
  name?: string | undefined;
}

/** Reports of the hashing of blobs, and an end before it is done. */
export interface HashingOptions {
  /** Called with the size of a blob before it is read. */
  onStart?: (sizeBytes: number) => void;
  onBytes?: OnBytes;
  signal?: AbortSignal | undefined;
}

/** More readers at once make no disk faster. */
const atOnce = 2;
const limit = pLimit(atOnce);

/** To lock a smaller blob would take longer than to read it twice. */
const lockedBytes = 8 << 20;

/** Blobs that this process is hashing, by path. */
const running = new Map<string, Promise<void>>();

/**
 * Hashes a blob, unless this machine did so since it was started and not too long ago: a bit that a disk
 * flipped shows in no size and no time. Whoever asks meanwhile, here or in another process, waits for the one
 * reading.
 * @throws GgufError `BLOB_DAMAGED`, and the blob is in quarantine; `INTERRUPTED`
 */
export function requireSound(
  layout: StoreLayout,
  blob: NamedBlob,
  options: HashingOptions = {},
): Promise<void> {
  const path = layout.blob(blob.sha256);
  const known = running.get(path);
  if (known !== undefined) return known;
  const hashing = hashUnlessFresh(layout, blob, options).finally(() => running.delete(path));
  running.set(path, hashing);
  return hashing;
}

/**
 * Hashes a blob whatever was known of it. One that is not here is no damage.
 * @returns its digest, and null for one that is not here
 * @throws GgufError `BLOB_DAMAGED`, and the blob is in quarantine; `INTERRUPTED`
 */
export async function hashBlob(
  layout: StoreLayout,
  { sha256, name }: NamedBlob,
  options: HashingOptions = {},
): Promise<Sha256 | null> {
  const read = await readBlob(layout, sha256, options);
  if (read === null) return null;
  const { found, state } = read;
  if (found !== sha256) throw await quarantined(layout, { sha256, name, found, seen: state });
  await noteHashed(layout, sha256, read);
  return found;
}

/**
 * Reads a blob: the digest that its bytes have, null where the disk does not give them, and the state of its
 * file before. Null when it is not here.
 */
export async function readBlob(
  layout: StoreLayout,
  sha256: Sha256,
  { onStart, onBytes, signal }: HashingOptions = {},
): Promise<{ found: Sha256 | null; state: OutsideState; takenMs: number } | null> {
  const path = layout.blob(sha256);
  const takenMs = Date.now();
  const state = await outsideState(path);
  if (state === null) return null;
  onStart?.(state.sizeBytes);
  const found = await digestOf(path, (count) => {
    if (signal?.aborted === true) throw new GgufError('INTERRUPTED', 'interrupted while a file was read');
    return onBytes?.(count);
  });
  return found === undefined ? null : { found, state, takenMs };
}

async function hashUnlessFresh(layout: StoreLayout, blob: NamedBlob, options: HashingOptions): Promise<void> {
  const { signal } = options;
  const hash = async (): Promise<void> => {
    // Another process may have read it while this one waited.
    if (!(await isFreshBlob(layout, blob.sha256))) await limit(() => hashBlob(layout, blob, options));
  };
  if (await isFreshBlob(layout, blob.sha256)) return;
  const state = await outsideState(layout.blob(blob.sha256));
  if (state === null) return;
  if (state.sizeBytes < lockedBytes) return hash();
  try {
    await withLock(layout.blobLock(blob.sha256), hash, signal === undefined ? {} : { signal });
  } catch (error) {
    // Who may not lock in a store of others reads for himself.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemErrorCode(error) ?? '')) throw error;
    await hash();
  }
}

/** The digest of a file, null for what the disk cannot read: that is damage as well. */
async function digestOf(path: string, onBytes: OnBytes): Promise<Sha256 | null | undefined> {
  try {
    return (await hashFile(path, onBytes)).sha256;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT') return undefined;
    if (code === 'EIO') return null;
    throw error;
  }
}
