import { rm } from 'node:fs/promises';
import { sha256 as digestOf, type Sha256 } from '../core/digest.js';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { outsideState, type OutsideState } from '../files/file-state.js';
import { hashFile } from '../files/hash-file.js';
import { readSmallFile } from '../files/small-file.js';
import type { StoreLayout } from './layout.js';
import { isOutsideStore, type FoundBlob } from './place-blob.js';
import { quarantined } from './quarantine.js';

/** Bytes that were found, and the name by which people know them. */
export interface NamedBlob extends FoundBlob {
  name: string;
}

/**
 * All bytes of a small file that leaves this machine, checked.
 * @throws GgufError as `damagedBytes` returns it
 */
export async function readSound(store: StoreLayout, blob: NamedBlob): Promise<Buffer> {
  const seen = await stateBefore(blob);
  const bytes = await readSmallFile(blob.path, Number.MAX_SAFE_INTEGER).catch(async (error: unknown) => {
    throw await unreadable(store, blob, { seen, error });
  });
  const found = digestOf(bytes);
  if (found !== blob.sha256) throw await damagedBytes(store, blob, { found, seen });
  return bytes;
}

/**
 * Reads a file that leaves this machine and is not read on that way: a link to it is given out, or a tool sends it.
 * @param placed another name of the same bytes, or a copy of them
 * @throws GgufError as `damagedBytes` returns it
 */
export async function requireIntact(
  store: StoreLayout,
  blob: NamedBlob,
  { placed = blob.path, seen }: { placed?: string; seen?: OutsideState } = {},
): Promise<void> {
  const before = seen ?? (await stateBefore(blob));
  const { sha256: found } = await hashFile(placed).catch(async (error: unknown) => {
    throw await unreadable(store, blob, { seen: before, error });
  });
  if (found !== blob.sha256) throw await damagedBytes(store, blob, { found, seen: before });
}

/** The state of a file before it is read. @throws GgufError `SOURCE_CHANGED` where there is none any more */
export async function stateBefore(blob: NamedBlob): Promise<OutsideState> {
  const state = await outsideState(blob.path);
  if (state === null) throw sourceChanged(blob, 'is not there any more');
  return state;
}

/**
 * The error of bytes that are not what their name says. Nothing finds them any more: a blob of the store is moved
 * to quarantine, and a file outside, which is not ours, is not known for its old digest.
 * @param damage `found` is the digest of what was read, null where the disk did not give it; `seen` the state of
 *   the file before
 */
export async function damagedBytes(
  store: StoreLayout,
  blob: NamedBlob,
  { found, seen }: { found: Sha256 | null; seen: OutsideState },
): Promise<GgufError> {
  if (!isOutsideStore(store, blob.path))
    return quarantined(store, { sha256: blob.sha256, name: blob.name, found, seen });
  await Promise.all(
    [store.external(blob.sha256), store.knownPath(digestOf(blob.path))].map((path) =>
      rm(path, { force: true }),
    ),
  );
  return sourceChanged(blob, `has other bytes than before (sha256 ${found ?? 'unknown'})`);
}

/** What a failed read of a file means: a disk that gives no bytes has damaged them. */
export function unreadable(
  store: StoreLayout,
  blob: NamedBlob,
  { seen, error }: { seen: OutsideState; error: unknown },
): Promise<unknown> {
  const isUnread = systemErrorCode(error) === 'EIO';
  return isUnread ? damagedBytes(store, blob, { found: null, seen }) : Promise.resolve(error);
}

function sourceChanged({ name, path, sha256 }: NamedBlob, what: string): GgufError {
  return new GgufError('SOURCE_CHANGED', `${name}: ${path} ${what}, and not the sha256 ${sha256}`, {
    hint: 'Run again when nothing writes to it any more; a file that can be made again is made then.',
  });
}
