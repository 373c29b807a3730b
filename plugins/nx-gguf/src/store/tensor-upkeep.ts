import { isSha256, type Sha256 } from '../core/digest.js';
import { findBlob } from './blobs.js';
import { fileState } from '../files/file-state.js';
import type { StoreLayout } from './layout.js';
import { forgetTensors, indexTensors, readTensorIndex } from './tensor-index.js';
import { listTensorIndexes } from './usage.js';

/** Forgets the tensors of blobs that are gone, and indexes that cannot be read; how many there were. */
export async function sweepTensors(layout: StoreLayout, { dryRun }: { dryRun: boolean }): Promise<number> {
  let swept = 0;
  for await (const { digest } of listTensorIndexes(layout)) {
    if ((await problemOf(layout, digest)) === null) continue;
    swept++;
    if (!dryRun) await forgetTensors(layout, digest);
  }
  return swept;
}

/** What checking all tensor indexes found. */
export interface TensorVerification {
  indexes: number;
  /** Blobs whose index is of no use, with the reason. */
  problems: { blob: Sha256; reason: string }[];
}

/**
 * Checks that every index belongs to a blob that is there; with `repair`, useless ones are dropped and
 * lookups restored.
 */
export async function verifyTensors(
  layout: StoreLayout,
  { repair }: { repair: boolean },
): Promise<TensorVerification> {
  const result: TensorVerification = { indexes: 0, problems: [] };
  for await (const { digest } of listTensorIndexes(layout)) {
    result.indexes++;
    const reason = await problemOf(layout, digest);
    if (reason !== null) result.problems.push({ blob: digest, reason });
    if (!repair) continue;
    const index = reason === null ? await readTensorIndex(layout, digest) : null;
    if (index === null) await forgetTensors(layout, digest);
    else await indexTensors(layout, index);
  }
  return result;
}

async function problemOf(layout: StoreLayout, sha256: Sha256): Promise<string | null> {
  const index = isSha256(sha256) ? await readTensorIndex(layout, sha256) : null;
  if (index === null) return 'its tensor index cannot be read';
  const state = await fileState(layout.blob(sha256));
  if (state?.sizeBytes === index.blob.sizeBytes) return null;
  return (await findBlob(layout, index.blob)) === null ? 'its bytes are gone' : null;
}
