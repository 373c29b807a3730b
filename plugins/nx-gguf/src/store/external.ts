import { rm } from 'node:fs/promises';
import { prettyJson } from '../core/canonical-json.js';
import { sha256 as digestOfText } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import type { BlobId } from '../files/hash-file.js';
import { writeDurably } from '../files/durable.js';
import { fileState, isSameState, readRecord, recordableState, type FileState } from '../files/file-state.js';
import { hashFile, type OnBytes } from '../files/hash-file.js';
import type { StoreLayout } from './layout.js';

/**
 * The digest of a file outside the store, which is from now on found by it: checkpoints of hundreds of
 * gigabytes are not copied. A file whose size and mtime are unchanged is not read again.
 * @throws GgufError `SOURCE_CHANGED` when the file changes while it is read, `SOURCE_MISSING` when it is not
 *   there.
 */
export async function referToFile(layout: StoreLayout, path: string, onBytes?: OnBytes): Promise<BlobId> {
  const before = await fileState(path);
  if (before === null)
    throw new GgufError('SOURCE_MISSING', `${path}: no such file`, { hint: 'Check the path in the source.' });
  const knownAt = layout.knownPath(digestOfText(path));
  const known = await readRecord(knownAt);
  if (known !== null && isSameState(known, before)) {
    onBytes?.(before.sizeBytes);
    await remember(layout, known.sha256, { state: before, path });
    return { sha256: known.sha256, sizeBytes: before.sizeBytes };
  }
  const id = await hashFile(path, onBytes);
  if (!isSameState(before, await fileState(path))) {
    throw new GgufError('SOURCE_CHANGED', `${path} changed while it was read`, {
      hint: 'Run again when nothing writes to it any more.',
    });
  }
  const state = recordableState(before);
  if (state === before) await writeDurably(knownAt, prettyJson({ sha256: id.sha256, ...state, path }));
  await remember(layout, id.sha256, { state, path });
  return id;
}

/** The outside file that holds these bytes, or null when it is gone or holds others by now. */
export async function referredPath(layout: StoreLayout, id: BlobId): Promise<string | null> {
  const record = await readRecord(layout.external(id.sha256));
  if (record?.path === undefined) return null;
  const state = await fileState(record.path);
  if (state !== null && state.sizeBytes === id.sizeBytes) {
    if (isSameState(record, state)) return record.path;
    if ((await hashFile(record.path)).sha256 === id.sha256) {
      await remember(layout, id.sha256, { state: recordableState(state), path: record.path });
      return record.path;
    }
  }
  await rm(layout.external(id.sha256), { force: true });
  return null;
}

async function remember(
  layout: StoreLayout,
  sha256: string,
  { state, path }: { state: FileState; path: string },
): Promise<void> {
  const current = await readRecord(layout.external(sha256));
  if (current?.path === path && isSameState(current, state)) return;
  await writeDurably(layout.external(sha256), prettyJson({ sha256, ...state, path }));
}
