import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '../core/digest.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { makeDirectory, syncDirectory } from '../files/durable.js';
import { outsideState, type OutsideState } from '../files/file-state.js';
import type { StoreLayout } from './layout.js';

/** A blob that was read and is not what its name says. */
export interface DamagedBlob {
  sha256: Sha256;
  /** The name of the file that it is, where that is known. */
  name?: string | undefined;
  /** The digest of the bytes that were read; null where the disk did not give them. */
  found: Sha256 | null;
  /** The state of the blob's file (`outsideState`), taken before it was read. */
  seen: OutsideState;
}

/**
 * Moves a damaged blob to quarantine, and returns the error that says so. To be thrown, or told and passed
 * over.
 */
export async function quarantined(layout: StoreLayout, damaged: DamagedBlob): Promise<GgufError> {
  const outcome = await quarantineBlob(layout, damaged.sha256, damaged.seen);
  return blobDamaged(layout, damaged, outcome);
}

/**
 * Moves the file of a damaged blob out of the way, and removes its record, so that the blob counts as one that
 * is not here. Another file in its place, which is sound, stays there. `kept` when this user may not move it.
 * @param seen the state that the file had before its bytes were read
 */
export async function quarantineBlob(
  layout: StoreLayout,
  sha256: Sha256,
  seen: OutsideState,
): Promise<'moved' | 'gone' | 'kept'> {
  const path = layout.blob(sha256);
  const aside = layout.quarantined(sha256);
  try {
    if (!isSameBlob(seen, await outsideState(path))) return 'gone';
    await makeDirectory(layout.quarantine);
    // Without its record a blob is read before it is used: a kill from here on leaves no damage unseen.
    await rm(layout.blobRecord(sha256), { force: true });
    await rename(path, aside);
    if (!isSameBlob(seen, await outsideState(aside))) {
      // A sound one was put in its place between the two calls.
      await rename(aside, path);
      return 'gone';
    }
    await Promise.all([syncDirectory(layout.quarantine), syncDirectory(dirname(path))]);
    return 'moved';
  } catch (error) {
    const code = systemErrorCode(error) ?? '';
    if (code === 'ENOENT') return 'gone';
    if (['EACCES', 'EPERM', 'EROFS', 'EBUSY'].includes(code)) return 'kept';
    throw error;
  }
}

/** True for the error of a blob that is not what its name says. */
export function isDamage(error: unknown): error is GgufError {
  return isGgufError(error) && error.code === 'BLOB_DAMAGED';
}

/** Linking a blob changes its ctime, so that does not tell another file. */
function isSameBlob(seen: OutsideState, present: OutsideState | null): boolean {
  return (
    present !== null &&
    present.device === seen.device &&
    present.inode === seen.inode &&
    present.sizeBytes === seen.sizeBytes &&
    present.mtimeNs === seen.mtimeNs
  );
}

function blobDamaged(
  layout: StoreLayout,
  { sha256, name, found }: DamagedBlob,
  outcome: Awaited<ReturnType<typeof quarantineBlob>>,
): GgufError {
  const what = name === undefined ? `blob ${sha256}` : `${name} (blob ${sha256})`;
  const read = found === null ? 'the disk cannot read it' : `its bytes have the sha256 ${found}`;
  const where =
    outcome === 'kept'
      ? `This user may not move ${layout.blob(sha256)}; its owner removes it.`
      : `It is ${outcome === 'moved' ? `in ${layout.quarantine} now` : 'not used any more'}.`;
  return new GgufError('BLOB_DAMAGED', `${what} is damaged in the store: ${read}`, {
    hint: `${where} Run again: the file is brought or made again. Bytes that nobody wrote come from a failing disk, cable or memory: check them, and the whole store with \`npx nx-gguf store verify\`.`,
  });
}
