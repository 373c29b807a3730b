import { removeOwn } from '../files/own-tree.js';
import { prettyJson } from '../core/json/canonical-json.js';
import { sha256 as digestOfText, type Sha256 } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import { writeDurably } from '../files/durable.js';
import {
  isUntouched,
  outsideState,
  readRecord,
  recordableState,
  type OutsideState,
} from '../files/file-state.js';
import { hashFile, type BlobId, type OnBytes } from '../files/hash-file.js';
import { hashSettled } from '../files/hash-settled.js';
import type { StoreLayout } from './layout.js';
import { isFresh, now, withHashing, type Hashings } from './scrub-record.js';

/**
 * The digest of a file outside the store, which is from now on found by it: checkpoints of hundreds of
 * gigabytes are not copied. A file that nobody has touched since is not read again.
 * @throws GgufError `SOURCE_CHANGED` when the file changes while it is read, `SOURCE_MISSING` when it is not
 *   there.
 */
export async function referToFile(layout: StoreLayout, path: string, onBytes?: OnBytes): Promise<BlobId> {
  const { id, state } = await knownOrHashed(layout, path, onBytes);
  await remember(layout, id.sha256, { state, path });
  return id;
}

/** The same digest of a file in whose place others may put something: its bytes are not looked for there. */
export async function digestOutside(layout: StoreLayout, path: string, onBytes?: OnBytes): Promise<BlobId> {
  return (await knownOrHashed(layout, path, onBytes)).id;
}

/**
 * Notes the digest of a file that was just made outside the store, of bytes that were just hashed, so that it
 * need not be read again.
 */
export async function noteMade(layout: StoreLayout, path: string, sha256: Sha256): Promise<void> {
  const state = await outsideState(path);
  if (state === null) return;
  const { boot, nowMs } = now(layout);
  const hashings = withHashing(undefined, boot, nowMs);
  await writeRecord(layout.knownPath(digestOfText(path)), { sha256, state, path, hashings });
}

/**
 * The digest of a file that was made outside the store, when nobody has touched it since; else null. It is read
 * where it was not hashed lately, as a blob is.
 */
export async function knownDigest(layout: StoreLayout, path: string): Promise<Sha256 | null> {
  const known = await readRecord(layout.knownPath(digestOfText(path)));
  if (known === null || !isUntouched(known, await outsideState(path))) return null;
  if (isFresh(known, now(layout))) return known.sha256;
  const isSame = (await hashFile(path).catch(() => null))?.sha256 === known.sha256;
  if (isSame) await noteMade(layout, path, known.sha256);
  return isSame ? known.sha256 : null;
}

/** The outside file that holds these bytes, or null when it is gone or holds others by now. */
export async function referredPath(layout: StoreLayout, id: BlobId): Promise<string | null> {
  const record = await readRecord(layout.external(id.sha256));
  if (record?.path === undefined) return null;
  const takenMs = Date.now();
  const state = await outsideState(record.path);
  if (state !== null && state.sizeBytes === id.sizeBytes) {
    if (isUntouched(record, state)) return record.path;
    if ((await hashFile(record.path)).sha256 === id.sha256) {
      await remember(layout, id.sha256, { state: recordableState(state, takenMs), path: record.path });
      return record.path;
    }
  }
  await removeOwn(layout.root, layout.external(id.sha256));
  return null;
}

async function knownOrHashed(
  layout: StoreLayout,
  path: string,
  onBytes: OnBytes | undefined,
): Promise<{ id: BlobId; state: OutsideState }> {
  const before = await outsideState(path);
  const knownAt = layout.knownPath(digestOfText(path));
  const known = await readRecord(knownAt);
  if (known !== null && before !== null && isUntouched(known, before)) {
    onBytes?.(before.sizeBytes);
    return { id: { sha256: known.sha256, sizeBytes: before.sizeBytes }, state: before };
  }
  const hashed = await hashSettled(path, { onBytes });
  if (hashed === null)
    throw new GgufError('SOURCE_MISSING', `${path}: no such file`, { hint: 'Check the path in the source.' });
  const { sha256, sizeBytes } = hashed;
  const state = recordableState(hashed.state, hashed.takenMs);
  if (state === hashed.state) await writeRecord(knownAt, { sha256, state, path });
  return { id: { sha256, sizeBytes }, state };
}

async function remember(
  layout: StoreLayout,
  sha256: Sha256,
  { state, path }: { state: OutsideState; path: string },
): Promise<void> {
  const current = await readRecord(layout.external(sha256));
  if (current?.path === path && isUntouched(current, state)) return;
  await writeRecord(layout.external(sha256), { sha256, state, path });
}

async function writeRecord(
  file: string,
  record: { sha256: Sha256; state: OutsideState; path: string; hashings?: Hashings },
): Promise<void> {
  const { state, ...rest } = record;
  await writeDurably(file, prettyJson({ ...state, ...rest }));
}
