import type { Sha256 } from '../core/digest.js';
import type { GgufError } from '../core/errors.js';
import type { OnBytes } from '../files/hash-file.js';
import type { StoreLayout } from './layout.js';
import { isDamage } from './quarantine.js';
import { lastHashedMs } from './scrub-record.js';
import { hashBlob, readBlob } from './sound-blob.js';
import { listBlobs } from './usage.js';

/** How the blobs of a store are read. */
export interface ScrubOptions {
  /** Damaged blobs are moved to quarantine and readings are noted; else the store is only read. */
  repair: boolean;
  /** Called before each blob: false ends the work. */
  goesOn?: () => boolean;
  /** Called with the number of all blobs and of their bytes, before the first is read. */
  onPlan?: (blobs: number, bytes: number) => void;
  /** Called with each damaged blob as it is found. */
  onDamage?: (sha256: Sha256, error: GgufError | null) => void;
  /** May take its time: the next bytes are read when what it returned is settled. */
  onBytes?: OnBytes | undefined;
}

/** What reading the blobs of a store found. */
export interface Scrubbed {
  blobs: number;
  bytes: number;
  damagedBlobs: Sha256[];
  /** Blobs that were not read, because the work was ended before. */
  leftBlobs: number;
  leftBytes: number;
}

/**
 * Hashes the blobs of a store, those first whose last time is longest ago. Each is noted as soon as it is read,
 * so that work which was ended, or killed, goes on where it was.
 */
export async function scrubBlobs(
  layout: StoreLayout,
  { repair, goesOn = () => true, onPlan, onDamage, onBytes }: ScrubOptions,
): Promise<Scrubbed> {
  const planned: { digest: Sha256; sizeBytes: number; hashedMs: number }[] = [];
  for await (const { digest, sizeBytes } of listBlobs(layout))
    planned.push({ digest, sizeBytes, hashedMs: await lastHashedMs(layout, digest) });
  planned.sort((a, b) => a.hashedMs - b.hashedMs);
  const left = { blobs: planned.length, bytes: planned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  const scrubbed: Scrubbed = { blobs: 0, bytes: 0, damagedBlobs: [], leftBlobs: 0, leftBytes: 0 };
  onPlan?.(left.blobs, left.bytes);
  for (const { digest, sizeBytes } of planned) {
    if (!goesOn()) break;
    const damage = await damageOf(layout, digest, { repair, onBytes });
    if (damage !== null) {
      scrubbed.damagedBlobs.push(digest);
      onDamage?.(digest, damage === 'damaged' ? null : damage);
    }
    scrubbed.blobs++;
    scrubbed.bytes += sizeBytes;
    left.blobs--;
    left.bytes -= sizeBytes;
  }
  return { ...scrubbed, leftBlobs: left.blobs, leftBytes: left.bytes };
}

async function damageOf(
  layout: StoreLayout,
  sha256: Sha256,
  { repair, onBytes }: Pick<ScrubOptions, 'repair' | 'onBytes'>,
): Promise<GgufError | 'damaged' | null> {
  const reading = onBytes === undefined ? {} : { onBytes };
  if (!repair) {
    const read = await readBlob(layout, sha256, reading);
    return read === null || read.found === sha256 ? null : 'damaged';
  }
  try {
    await hashBlob(layout, { sha256 }, reading);
    return null;
  } catch (error) {
    if (isDamage(error)) return error;
    throw error;
  }
}
