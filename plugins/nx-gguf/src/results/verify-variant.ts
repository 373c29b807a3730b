import { rm } from 'node:fs/promises';
import { GgufError } from '../core/errors.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import type { Effects } from '../steps/run-cached.js';
import { rebuildDiffers, rebuildInFull } from '../steps/quantize/rebuild.js';
import { discardBlob, findBytes } from '../store/blobs.js';
import { hashFile } from '../files/hash-file.js';
import type { StoreLayout } from '../store/layout.js';
import { damagedBytes, stateBefore } from '../store/sound-bytes.js';
import { forgetTensors } from '../store/tensor-index.js';

/**
 * Rebuilds a variant in full and compares. One that differs is removed from the store together with what it
 * shared. The bytes of the variant are read too: a disk may have changed them.
 * @throws GgufError `REBUILD_DIFFERS`, `BLOB_DAMAGED`, `SOURCE_CHANGED`, or `BLOB_MISSING` when an input is not here.
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
  // A variant is not to blame for what a disk made of its source.
  const read = rebuilt.differences.length === 0 ? [] : manifest.provenance.inputs;
  for (const file of [...read, ...manifest.files]) await requireAsNamed(store, file);
  if (rebuilt.differences.length === 0) return;
  await discardVariant(store, manifest);
  throw rebuildDiffers(rebuilt.differences);
}

/** Bytes of the store that a disk changed are told as that. */
async function requireAsNamed(
  store: StoreLayout,
  { name, sha256 }: { name: string; sha256: string },
): Promise<void> {
  const path = await findBytes(store, sha256);
  if (path === null) return;
  const seen = await stateBefore({ name, sha256, sizeBytes: 0, path });
  const found = await hashFile(path);
  if (found.sha256 === sha256) return;
  throw await damagedBytes(
    store,
    { name, path, sha256, sizeBytes: seen.sizeBytes },
    { found: found.sha256, seen },
  );
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
