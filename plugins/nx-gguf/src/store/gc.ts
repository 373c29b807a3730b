import { rm, stat } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import type { Sha256 } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import { readManifest } from './actions.js';
import { discardBlob } from './blobs.js';
import type { StoreLayout } from './layout.js';
import { listActions, listBlobs } from './usage.js';
import { workInProgress } from './work-dir.js';
import { withLock } from './lock.js';
import { sweepTensors } from './tensor-upkeep.js';

/** What is kept. Everything else goes. */
export interface GcOptions {
  /** Workspaces, or directories with manifests in them: what those manifests name is kept. */
  keep: readonly string[];
  /** Actions used since this time (ms since 1970) are kept, with their files. */
  usedSinceMs: number;
  dryRun: boolean;
}

/** What was removed, or would be. */
export interface GcResult {
  blobs: number;
  blobBytes: number;
  actions: number;
  /** Work directories of runs that were killed. */
  leftovers: number;
  /** Tensor indexes of blobs that are gone. */
  tensorIndexes: number;
  keptBlobs: number;
  keptActions: number;
}

/** Blobs younger than this may belong to a step that is about to publish its manifest. */
const graceMs = 3_600_000;

/** Removes what no kept manifest names: actions first, then blobs, so that no known action ever lacks its files by it. */
export async function collectGarbage(layout: StoreLayout, options: GcOptions & { nowMs: number }): Promise<GcResult> {
  const roots = await keptByManifests(options.keep);
  const result: GcResult = { blobs: 0, blobBytes: 0, actions: 0, leftovers: 0, tensorIndexes: 0, keptBlobs: 0, keptActions: 0 };
  for await (const { digest, usedMs } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    if (manifest !== null && (usedMs >= options.usedSinceMs || roots.actions.has(digest))) {
      result.keptActions++;
      for (const file of manifest.files) roots.blobs.add(file.sha256);
      continue;
    }
    result.actions++;
    if (!options.dryRun) await rm(layout.action(digest), { force: true });
  }
  for await (const { digest, sizeBytes, usedMs } of listBlobs(layout)) {
    if (roots.blobs.has(digest) || (usedMs > options.nowMs - graceMs && usedMs >= options.usedSinceMs)) {
      result.keptBlobs++;
      continue;
    }
    result.blobs++;
    result.blobBytes += sizeBytes;
    if (!options.dryRun) await discardBlob(layout, digest);
  }
  result.tensorIndexes = await sweepTensors(layout, options);
  result.leftovers = await removeLeftovers(layout, options.dryRun);
  return result;
}

async function keptByManifests(places: readonly string[]): Promise<{ actions: Set<Sha256>; blobs: Set<Sha256> }> {
  const kept = { actions: new Set<Sha256>(), blobs: new Set<Sha256>() };
  for (const place of places) {
    const info = await stat(place).catch((cause: unknown) => {
      throw new GgufError('GC_KEEP_MISSING', `${place}: ${(cause as Error).message}`, { cause, hint: 'Nothing was removed. --keep takes workspaces, dist directories or manifests.' });
    });
    const paths = info.isFile() ? [place] : await glob(['**/artifact.json'], { cwd: place, absolute: true, ignore: ['**/node_modules/**'], dot: false });
    for (const path of paths) {
      const manifest = await readManifest(path);
      if (manifest === null) continue;
      kept.actions.add(manifest.actionKey);
      for (const { sha256 } of [...manifest.files, ...manifest.provenance.inputs]) kept.blobs.add(sha256);
    }
  }
  return kept;
}

async function removeLeftovers(layout: StoreLayout, dryRun: boolean): Promise<number> {
  let removed = 0;
  for (const key of await workInProgress(layout)) {
    const waited = new AbortController();
    const removal = withLock(layout.actionLock(key), async () => {
      removed++;
      if (!dryRun) await rm(layout.work(key), { recursive: true, force: true });
    }, { signal: waited.signal, onWait: () => waited.abort() });
    await removal.catch(() => undefined);
  }
  return removed;
}
