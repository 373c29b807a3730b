import { stat } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import type { Sha256 } from '../core/digest.js';
import { GgufError, isGgufError } from '../core/errors.js';
import { systemReason } from '../core/system-error.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { readManifest } from './actions.js';
import { discardBlob } from './blobs.js';
import { removeOldDownloads } from './downloads.js';
import type { StoreLayout } from './layout.js';
import { withLock } from './lock.js';
import { removeOwn } from '../files/own-tree.js';
import { isAbandoned } from '../files/temporary.js';
import { sweepTensors } from './tensor-upkeep.js';
import { listActions, listBlobs, listQuarantine } from './usage.js';
import { removeAbandonedWork, workInProgress } from './work-dir.js';

/** The results that are kept; all others are removed. */
export interface GcOptions {
  /** Workspaces, or directories with manifests in them: what those manifests name is kept. */
  keep: readonly string[];
  /** Actions used since this time (ms since 1970) are kept, with their files. */
  usedSinceMs: number;
  dryRun: boolean;
  /** Called with each kept manifest, so that the caller can keep other things that manifests name. */
  onKept?: (manifest: Manifest) => void;
}

/** What was removed, or would be. */
export interface GcResult {
  blobs: number;
  blobBytes: number;
  actions: number;
  /** Work directories and temporary files of killed runs, and abandoned downloads. */
  leftovers: number;
  /** Tensor indexes of blobs that are gone. */
  tensorIndexes: number;
  /** Damaged blobs that were moved away, and their bytes. */
  quarantined: number;
  quarantinedBytes: number;
  keptBlobs: number;
  keptActions: number;
  /** Actions that were being worked on. */
  running: number;
}

/** While a step runs, blobs used within this time may be what it reads, or what it is about to publish. */
const graceMs = 3_600_000;

/**
 * Removes what no kept manifest names: actions first, then blobs, so that no known action ever lacks its
 * files by it. All manifests that decide what is kept are read before anything is removed.
 * @throws GgufError `GC_KEEP_MISSING`, `BAD_MANIFEST` or `MANIFEST_FORMAT` when one of them cannot be read
 */
export async function collectGarbage(
  layout: StoreLayout,
  options: GcOptions & { nowMs: number },
): Promise<GcResult> {
  const { dryRun, nowMs, usedSinceMs } = options;
  const { onKept = () => undefined } = options;
  const roots = await keptByManifests(options.keep, onKept);
  const result: GcResult = {
    blobs: 0,
    blobBytes: 0,
    actions: 0,
    leftovers: 0,
    tensorIndexes: 0,
    quarantined: 0,
    quarantinedBytes: 0,
    keptBlobs: 0,
    keptActions: 0,
    running: 0,
  };
  // Asked before the actions are read: a step that is not running by now publishes before that, or touches
  // its blobs after `nowMs`.
  const { removed, running } = await removeLeftovers(layout, dryRun);
  result.leftovers = removed;
  result.running = running;
  const keepFilesOf = (manifest: Manifest): void => {
    result.keptActions++;
    onKept(manifest);
    for (const file of manifest.files) roots.blobs.add(file.sha256);
  };
  const unused: Sha256[] = [];
  for await (const { digest, usedMs } of listActions(layout)) {
    const manifest = await readableAction(layout, digest);
    if (manifest !== null && (usedMs >= usedSinceMs || roots.actions.has(digest))) keepFilesOf(manifest);
    else unused.push(digest);
  }
  for (const key of unused) {
    // An action that was used while the others were read is kept.
    const info = await stat(layout.action(key)).catch(() => null);
    const manifest = info !== null && info.mtimeMs >= nowMs ? await readableAction(layout, key) : null;
    if (manifest !== null) {
      keepFilesOf(manifest);
      continue;
    }
    result.actions++;
    if (!dryRun) await removeOwn(layout.root, layout.action(key));
  }
  const graceStartMs = nowMs - graceMs;
  const blobsSinceMs = running > 0 ? graceStartMs : Math.max(graceStartMs, usedSinceMs);
  for await (const { digest, sizeBytes, usedMs } of listBlobs(layout)) {
    if (roots.blobs.has(digest) || usedMs >= blobsSinceMs) {
      result.keptBlobs++;
      continue;
    }
    result.blobs++;
    result.blobBytes += sizeBytes;
    if (!dryRun) await discardBlob(layout, digest);
  }
  for await (const { digest, sizeBytes, usedMs } of listQuarantine(layout)) {
    if (usedMs >= usedSinceMs) continue;
    result.quarantined++;
    result.quarantinedBytes += sizeBytes;
    if (!dryRun) await removeOwn(layout.root, layout.quarantined(digest));
  }
  result.leftovers += await removeOldDownloads(layout, options);
  result.tensorIndexes = await sweepTensors(layout, options);
  return result;
}

/** The manifest of an action, or null when it is damaged: no use to anybody. */
async function readableAction(layout: StoreLayout, key: Sha256): Promise<Manifest | null> {
  try {
    const manifest = await readManifest(layout.action(key));
    return manifest?.actionKey === key ? manifest : null;
  } catch (error) {
    if (isGgufError(error) && error.code === 'BAD_MANIFEST') return null;
    throw error;
  }
}

async function keptByManifests(
  places: readonly string[],
  onKept: (manifest: Manifest) => void,
): Promise<{ actions: Set<Sha256>; blobs: Set<Sha256> }> {
  const kept = { actions: new Set<Sha256>(), blobs: new Set<Sha256>() };
  for (const place of places) {
    const info = await stat(place).catch((cause: unknown) => {
      throw new GgufError('GC_KEEP_MISSING', `${place}: ${systemReason(cause)}`, {
        cause,
        hint: 'Nothing was removed. --keep takes workspaces, dist directories or manifests.',
      });
    });
    const paths = info.isFile()
      ? [place]
      : await glob(['**/artifact.json'], {
          cwd: place,
          absolute: true,
          ignore: ['**/node_modules/**'],
          dot: false,
        });
    for (const path of paths) {
      const manifest = await readManifest(path);
      if (manifest === null) continue;
      onKept(manifest);
      kept.actions.add(manifest.actionKey);
      for (const { sha256 } of [...manifest.files, ...manifest.provenance.inputs]) kept.blobs.add(sha256);
    }
  }
  return kept;
}

/**
 * Removes the leftovers of killed runs; returns their number, and the number of actions that are being worked
 * on.
 */
async function removeLeftovers(
  layout: StoreLayout,
  dryRun: boolean,
): Promise<{ removed: number; running: number }> {
  const found = { removed: 0, running: 0 };
  for (const key of await workInProgress(layout)) {
    const waited = new AbortController();
    const removal = withLock(
      layout.actionLock(key),
      async () => {
        found.removed++;
        if (!dryRun) await removeAbandonedWork(layout, key);
      },
      { signal: waited.signal, onWait: () => waited.abort() },
    );
    await removal.catch((error: unknown) => {
      if (!isGgufError(error) || error.code !== 'INTERRUPTED') throw error;
      found.running++;
    });
  }
  for (const path of await glob(['*.tmp', '*/*/*.tmp', '*/*/*/*.tmp'], {
    cwd: layout.root,
    absolute: true,
    followSymbolicLinks: false,
  })) {
    if (!(await isAbandoned(path))) continue;
    found.removed++;
    if (!dryRun) await removeOwn(layout.root, path);
  }
  return found;
}
