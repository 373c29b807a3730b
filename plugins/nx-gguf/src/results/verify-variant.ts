import { rm } from 'node:fs/promises';
import { GgufError } from '../core/errors.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import type { Effects } from '../steps/run-cached.js';
import { rebuildDiffers, rebuildInFull } from '../steps/quantize/rebuild.js';
import { discardBlob, findBytes } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { forgetTensors } from '../store/tensor-index.js';

/**
 * Rebuilds a variant in full and compares. One that differs is removed from the store together with what it
 * shared.
 * @throws GgufError `REBUILD_DIFFERS`, or `BLOB_MISSING` when an input is not here.
 */
export async function verifyVariant(manifest: Manifest, effects: Effects): Promise<void> {
  const { store, tools } = effects;
  const rebuilt = await rebuildInFull(manifest, {
    ...effects,
    llamaQuantize: () => tools.llama('llama-quantize'),
    find: (sha256) => findBytes(store, sha256),
  });
  if ('missing' in rebuilt)
    throw new GgufError('BLOB_MISSING', `cannot rebuild without ${rebuilt.missing.join(', ')}`, {
      hint: 'Run the target again with --skip-nx-cache.',
    });
  if (rebuilt.differences.length === 0) return;
  await discardVariant(store, manifest);
  throw rebuildDiffers(rebuilt.differences);
}

/**
 * Removes a result that turned out to be wrong, so that it is made again and nothing else is made from it.
 */
export async function discardVariant(store: StoreLayout, { actionKey, files }: Manifest): Promise<void> {
  await rm(store.action(actionKey), { force: true });
  for (const { sha256 } of files) {
    await forgetTensors(store, sha256);
    await discardBlob(store, sha256);
  }
}
