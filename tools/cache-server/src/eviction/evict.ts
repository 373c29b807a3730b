import { isGgufError, parseAs, type Sha256 } from 'nx-gguf/store';
import { removeBlob, type CacheContext } from '../cache/blobs.js';
import { forgetDocument } from '../cache/documents.js';
import { parseNxEntry } from '../cache/nx-entries.js';
import { trusted } from '../config/namespaces.js';
import type { DocumentName, Storage } from '../storage/storage.js';
import { planEviction, type EvictionGoal, type HeldBlob, type HeldEntry } from './plan.js';

/** What an eviction removed. */
export interface Evicted {
  entries: number;
  blobs: number;
  bytes: number;
}

/**
 * Removes what is too old, and what was used least recently until the goal is reached. What somebody used since it was
 * looked at stays. Requests go on meanwhile: who is answered with a blob has it.
 */
export async function evict(context: CacheContext, goal: EvictionGoal): Promise<Evicted> {
  const evicted: Evicted = { entries: 0, blobs: 0, bytes: 0 };
  const { blobs, entries } = await look(context.storage);
  context.space.counted(sum(blobs) + sum(entries));
  for (const eviction of planEviction(blobs, entries, goal)) {
    if (eviction.remove === 'entry') await removeEntry(context, eviction.entry, evicted);
    else await removeUnused(context, eviction, evicted);
  }
  return evicted;
}

async function removeUnused(context: CacheContext, { blob, entries }: { blob: HeldBlob; entries: readonly HeldEntry[] }, evicted: Evicted): Promise<void> {
  const { storage, locks } = context;
  const isUnused = async (): Promise<boolean> => (await storage.blobUsage(blob.sha256))?.usedMs === blob.usedMs;
  if (!(await isUnused())) return;
  for (const entry of entries) await removeEntry(context, entry, evicted);
  await locks(blob.sha256, async () => {
    if (!(await isUnused())) return;
    await removeBlob(context, blob);
    evicted.blobs++;
    evicted.bytes += blob.sizeBytes;
  });
}

async function removeEntry(context: CacheContext, { name, usedMs }: HeldEntry, evicted: Evicted): Promise<void> {
  if ((await context.storage.documentUsage(name))?.usedMs !== usedMs) return;
  const sizeBytes = await forgetDocument(context, name);
  if (sizeBytes === null) return;
  evicted.entries++;
  evicted.bytes += sizeBytes;
}

/** All that there is. Entries are read before blobs are listed, so that a blob that came since is not taken for one without entries. */
async function look(storage: Storage): Promise<{ blobs: HeldBlob[]; entries: HeldEntry[] }> {
  const entries: HeldEntry[] = [];
  const trustedBlobs = new Set<Sha256>();
  for await (const { name, sizeBytes, usedMs } of storage.documents()) {
    if (name.kind !== 'claims') entries.push({ name, sizeBytes, usedMs, blobs: namedBlobs(name, (await storage.readDocument(name)) ?? '') });
    else if (name.namespace === trusted) trustedBlobs.add(name.key);
  }
  const blobs: HeldBlob[] = [];
  for await (const { sha256, sizeBytes, usedMs } of storage.blobs()) blobs.push({ sha256, sizeBytes, usedMs, isTrusted: trustedBlobs.has(sha256) });
  return { blobs, entries };
}

function namedBlobs({ kind }: DocumentName, text: string): Sha256[] {
  if (kind === 'nx') {
    const entry = parseNxEntry(text);
    return entry === null ? [] : [entry.body, ...entry.blobs].map(({ sha256 }) => sha256);
  }
  try {
    return parseAs('manifest', text, 'the manifest').files.map(({ sha256 }) => sha256);
  } catch (error) {
    if (isGgufError(error)) return [];
    throw error;
  }
}

function sum(held: readonly { sizeBytes: number }[]): number {
  return held.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
