import type { Sha256 } from '../core/digest.js';
import { isGgufError } from '../core/errors.js';
import { readManifest } from './actions.js';
import type { OnBytes } from '../files/hash-file.js';
import { removeOwn } from '../files/own-tree.js';
import type { StoreLayout } from './layout.js';
import { verifyTensors, type TensorVerification } from './tensor-upkeep.js';
import { scrubBlobs } from './scrub.js';
import { listActions } from './usage.js';

/** The findings of reading the whole store again. */
export interface Verification {
  blobs: number;
  damagedBlobs: Sha256[];
  actions: number;
  /** Keys of actions whose manifest cannot be read, with the reason. */
  damagedActions: { key: Sha256; reason: string }[];
  /** The same for actions of another version of nx-gguf, which are left alone. */
  foreignActions: { key: Sha256; reason: string }[];
  /** What is known of tensors inside blobs. */
  tensors: TensorVerification;
}

/**
 * Hashes every blob again and reads every manifest; with `repair`, damaged blobs are moved to quarantine and damaged
 * manifests removed, so they are made again.
 */
export async function verifyStore(
  layout: StoreLayout,
  { repair, onBytes }: { repair: boolean; onBytes?: OnBytes | undefined },
): Promise<Verification> {
  const result: Verification = {
    blobs: 0,
    damagedBlobs: [],
    actions: 0,
    damagedActions: [],
    foreignActions: [],
    tensors: { indexes: 0, problems: [] },
  };
  const { blobs, damagedBlobs } = await scrubBlobs(layout, { repair, onBytes });
  result.blobs = blobs;
  result.damagedBlobs = damagedBlobs.sort();
  for await (const { digest } of listActions(layout)) {
    result.actions++;
    const found = await damageOf(layout, digest);
    if (found === null) continue;
    result[found.isForeign ? 'foreignActions' : 'damagedActions'].push({ key: digest, reason: found.reason });
    if (repair && !found.isForeign) await removeOwn(layout.root, layout.action(digest));
  }
  result.tensors = await verifyTensors(layout, { repair });
  return result;
}

async function damageOf(
  layout: StoreLayout,
  key: Sha256,
): Promise<{ reason: string; isForeign: boolean } | null> {
  try {
    const manifest = await readManifest(layout.action(key));
    return manifest === null || manifest.actionKey === key
      ? null
      : { reason: `it is the manifest of ${manifest.actionKey}`, isForeign: false };
  } catch (error) {
    if (!isGgufError(error)) throw error;
    return { reason: error.message, isForeign: error.code === 'MANIFEST_FORMAT' };
  }
}
