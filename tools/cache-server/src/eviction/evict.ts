import { parseForeign, type Sha256 } from 'nx-gguf/store';
import { removeBlob, type CacheContext } from '../cache/blobs.js';
import { forgetDocument } from '../cache/documents.js';
import { createHoldings, type Holdings } from '../cache/holdings.js';
import { parseNxEntry } from '../cache/nx-entries.js';
import { trusted } from '../config/namespaces.js';
import type { DocumentName } from '../storage/storage.js';
import { planEviction, type EvictionGoal, type HeldBlob, type HeldEntry, type Removed } from './plan.js';

/** The removals of an eviction. */
export interface Evicted {
  entries: number;
  blobs: number;
  bytes: number;
}

/**
 * Removes what is too old, and what was used least recently until the goal is reached. What somebody used
 * since it was looked at stays, and the next goes in its place. Requests go on meanwhile: who is answered
 * with a blob has it.
 */
export async function evict(context: CacheContext, goal: EvictionGoal): Promise<Evicted> {
  const evicted: Evicted = { entries: 0, blobs: 0, bytes: 0 };
  const isUnchanged = context.changes.watch();
  const { blobs, entries, holdings } = await look(context);
  // Otherwise the running count is nearer to the truth.
  if (isUnchanged()) {
    context.space.counted(sum(blobs) + sum(entries));
    context.holdings.counted(holdings);
  }
  const plan = planEviction(blobs, entries, goal);
  for (let step = plan.next(); step.done !== true;) {
    const eviction = step.value;
    const removed =
      eviction.remove === 'entry'
        ? await removeEntries(context, [eviction.entry])
        : await removeUnused(context, eviction);
    evicted.entries += removed.entries.length;
    evicted.bytes += sum(removed.entries);
    if (eviction.remove === 'blob' && removed.isBlobGone) {
      evicted.blobs++;
      evicted.bytes += eviction.blob.sizeBytes;
    }
    step = plan.next(removed);
  }
  return evicted;
}

async function removeUnused(
  context: CacheContext,
  { blob, entries }: { blob: HeldBlob; entries: readonly HeldEntry[] },
): Promise<Removed> {
  const { storage, locks } = context;
  const isUnused = async (): Promise<boolean> =>
    (await storage.blobUsage(blob.sha256))?.usedMs === blob.usedMs;
  if (!(await isUnused())) return { isBlobGone: false, entries: [] };
  const { entries: gone } = await removeEntries(context, entries);
  const isBlobGone = await locks(blob.sha256, async () => {
    if (!(await isUnused())) return false;
    await removeBlob(context, blob);
    return true;
  });
  return { isBlobGone, entries: gone };
}

async function removeEntries(context: CacheContext, entries: readonly HeldEntry[]): Promise<Removed> {
  const gone: HeldEntry[] = [];
  for (const entry of entries) {
    if ((await forgetDocument(context, entry.name, ({ usedMs }) => usedMs === entry.usedMs)) !== null)
      gone.push(entry);
  }
  return { isBlobGone: false, entries: gone };
}

/**
 * All that there is. Entries are read before blobs are listed, so that a blob that came since is not taken
 * for one without entries.
 */
async function look({
  storage,
  space,
}: CacheContext): Promise<{ blobs: HeldBlob[]; entries: HeldEntry[]; holdings: Holdings }> {
  const entries: HeldEntry[] = [];
  const claims: DocumentName[] = [];
  const trustedBlobs = new Set<Sha256>();
  const holdings = createHoldings();
  for await (const { name, sizeBytes, usedMs } of storage.documents()) {
    if (name.kind === 'claims') {
      claims.push(name);
      if (name.namespace === trusted) trustedBlobs.add(name.key);
      continue;
    }
    entries.push({
      name,
      sizeBytes: space.sizeOf(sizeBytes),
      usedMs,
      blobs: namedBlobs(name, (await storage.readDocument(name)) ?? ''),
    });
    holdings.changed(name, { count: 1, sizeBytes });
  }
  const blobs: HeldBlob[] = [];
  const sizes = new Map<Sha256, number>();
  for await (const { sha256, sizeBytes, usedMs } of storage.blobs()) {
    sizes.set(sha256, sizeBytes);
    blobs.push({ sha256, sizeBytes: space.sizeOf(sizeBytes), usedMs, isTrusted: trustedBlobs.has(sha256) });
  }
  for (const name of claims) holdings.changed(name, { count: 1, sizeBytes: sizes.get(name.key) ?? 0 });
  return { blobs, entries, holdings };
}

function namedBlobs({ kind }: DocumentName, text: string): Sha256[] {
  if (kind === 'nx') {
    const entry = parseNxEntry(text);
    return entry === null ? [] : [entry.body, ...entry.blobs].map(({ sha256 }) => sha256);
  }
  const manifest = parseForeign('manifest', text);
  return 'files' in manifest ? manifest.files.map(({ sha256 }) => sha256) : [];
}

function sum(held: readonly { sizeBytes: number }[]): number {
  return held.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
