import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSha256, type Sha256 } from '../core/digest.js';
import { ownNames } from '../files/own-tree.js';
import type { StoreLayout } from './layout.js';

/** A file of the store: its digest, size and time of last use in ms since 1970. */
export interface StoreEntry {
  digest: Sha256;
  sizeBytes: number;
  usedMs: number;
}

/** All blobs of a store, one at a time. Their use is noted in the mtime of their records. */
export async function* listBlobs(layout: StoreLayout): AsyncGenerator<StoreEntry> {
  for await (const entry of listSharded(layout, layout.blobs, '')) {
    const record = await stat(layout.blobRecord(entry.digest)).catch(() => null);
    yield { ...entry, usedMs: Math.max(entry.usedMs, record?.mtimeMs ?? 0) };
  }
}

/** All known actions of a store, one at a time. */
export function listActions(layout: StoreLayout): AsyncGenerator<StoreEntry> {
  return listSharded(layout, layout.actions, '.json');
}

/** The tensor indexes of a store, one at a time; the digest is that of the GGUF they describe. */
export function listTensorIndexes(layout: StoreLayout): AsyncGenerator<StoreEntry> {
  return listSharded(layout, layout.tensorIndexes, '.json');
}

/** The damaged blobs in quarantine, one at a time; the time is that of their move. */
export async function* listQuarantine(layout: StoreLayout): AsyncGenerator<StoreEntry> {
  for (const name of await ownNames(layout.root, layout.quarantine)) {
    const info = isSha256(name) ? await lstat(layout.quarantined(name)).catch(() => null) : null;
    if (info?.isFile() === true) yield { digest: name, sizeBytes: info.size, usedMs: info.ctimeMs };
  }
}

/** What a store holds, in bytes and counts. */
export interface StoreUsage {
  blobs: number;
  blobBytes: number;
  actions: number;
  quarantined: number;
  quarantinedBytes: number;
  toolchains: { name: string; sizeBytes: number }[];
}

/** Sums up what a store holds. */
export async function storeUsage(layout: StoreLayout): Promise<StoreUsage> {
  const usage: StoreUsage = {
    blobs: 0,
    blobBytes: 0,
    actions: 0,
    quarantined: 0,
    quarantinedBytes: 0,
    toolchains: [],
  };
  for await (const { sizeBytes } of listBlobs(layout)) {
    usage.blobs++;
    usage.blobBytes += sizeBytes;
  }
  for (const actions = listActions(layout); (await actions.next()).done !== true;) usage.actions++;
  for await (const { sizeBytes } of listQuarantine(layout)) {
    usage.quarantined++;
    usage.quarantinedBytes += sizeBytes;
  }
  for (const name of await ownNames(layout.root, layout.toolchains))
    usage.toolchains.push({ name, sizeBytes: await treeBytes(join(layout.toolchains, name)) });
  return usage;
}

/** Files of the store's own tree: what links lead to belongs to somebody else, and is not listed. */
async function* listSharded(
  { root }: StoreLayout,
  folder: string,
  suffix: string,
): AsyncGenerator<StoreEntry> {
  for (const shard of await ownNames(root, folder)) {
    for (const name of await ownNames(root, join(folder, shard))) {
      const digest = suffix === '' ? name : name.endsWith(suffix) ? name.slice(0, -suffix.length) : '';
      if (!isSha256(digest)) continue;
      const info = await lstat(join(folder, shard, name)).catch(() => null);
      if (info?.isFile() === true) yield { digest, sizeBytes: info.size, usedMs: info.mtimeMs };
    }
  }
}

/** Bytes of all files below a directory; links are not followed. */
export async function treeBytes(path: string): Promise<number> {
  let total = 0;
  if ((await lstat(path).catch(() => null))?.isDirectory() !== true) return total;
  for (const entry of await readdir(path, { withFileTypes: true }).catch(() => [])) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) total += await treeBytes(inner);
    else if (entry.isFile()) total += (await stat(inner).catch(() => ({ size: 0 }))).size;
  }
  return total;
}
