import { stat, utimes } from 'node:fs/promises';
import { prettyJson } from '../core/json/canonical-json.js';
import type { Sha256 } from '../core/digest.js';
import { systemErrorCode } from '../core/errors.js';
import { presentBoot, type Boot } from '../files/boot.js';
import { writeDurably } from '../files/durable.js';
import { readRecord, recordableState, type FileState, type HashRecord } from '../files/file-state.js';
import type { StoreLayout } from './layout.js';

/** When the bytes were hashed last, in ms since 1970: by each run of a machine, newest last. */
export type Hashings = Readonly<Record<string, number>>;

/** A store that several machines share keeps the words of so many of their runs. */
const keptRuns = 8;

/**
 * True when this machine hashed the bytes since it was started, and not too long ago: what another one read
 * went through its own memory and cables. A time that is yet to come is of a wrong clock.
 */
export function isFresh(
  { hashings = {} }: Pick<HashRecord, 'hashings'>,
  { boot, nowMs, trustedForMs }: { boot: Boot; nowMs: number; trustedForMs: number },
): boolean {
  const hashedMs = Object.hasOwn(hashings, boot.id) ? hashings[boot.id] : undefined;
  return (
    hashedMs !== undefined &&
    hashedMs >= boot.startedMs &&
    hashedMs <= nowMs &&
    nowMs - hashedMs < trustedForMs
  );
}

/** The times with one more. */
export function withHashing(hashings: Hashings | undefined, boot: Boot, nowMs: number): Hashings {
  const others = Object.entries(hashings ?? {}).filter(([id]) => id !== boot.id);
  const newest = others.sort(([, a], [, b]) => a - b).slice(1 - keptRuns);
  return Object.fromEntries([...newest, [boot.id, nowMs]]);
}

/** True when the blob need not be hashed before it is read. */
export async function isFreshBlob(layout: StoreLayout, sha256: Sha256): Promise<boolean> {
  const record = await readRecord(layout.blobRecord(sha256));
  return record !== null && isFresh(record, now(layout));
}

/** When a blob was hashed last by any machine, in ms since 1970; 0 for never. */
export async function lastHashedMs(layout: StoreLayout, sha256: Sha256): Promise<number> {
  const record = await readRecord(layout.blobRecord(sha256));
  return Math.max(0, ...Object.values(record?.hashings ?? {}));
}

/**
 * Notes that a blob was read just now and has its bytes. To be read is no use of it: the time of its last one,
 * which `gc` goes by, stays.
 * @param seen the state of its file before it was read, and when that was taken
 */
export async function noteHashed(
  layout: StoreLayout,
  sha256: Sha256,
  seen: { state: FileState; takenMs: number },
): Promise<void> {
  const path = layout.blobRecord(sha256);
  try {
    const used = await stat(path).catch(() => stat(layout.blob(sha256)));
    const { boot, nowMs } = now(layout);
    const hashings = withHashing((await readRecord(path))?.hashings, boot, nowMs);
    // Linking a blob changes its ctime, which tells nothing here.
    const { sizeBytes, mtimeNs } = seen.state;
    const text = recordText(sha256, recordableState({ sizeBytes, mtimeNs }, seen.takenMs), hashings);
    await writeDurably(path, text);
    await utimes(path, used.atime, used.mtime);
  } catch (error) {
    // A store that others own is read all the same; the blob is hashed again next time.
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOENT'].includes(systemErrorCode(error) ?? ''))
      throw error;
  }
}

/** The record of a blob as it is written. */
export function recordText(
  sha256: Sha256,
  { sizeBytes, mtimeNs }: FileState,
  hashings: Hashings | undefined,
): string {
  return prettyJson({ sha256, sizeBytes, mtimeNs, ...(hashings === undefined ? {} : { hashings }) });
}

/** The present moment, and how long what was hashed is trusted. */
export function now({ trustedForMs }: StoreLayout): { boot: Boot; nowMs: number; trustedForMs: number } {
  return { boot: presentBoot(), nowMs: Date.now(), trustedForMs };
}
