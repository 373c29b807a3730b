import { parseForeign, type Sha256 } from 'nx-gguf/store';
import { isTrustedBlob, removeBlob, type CacheContext } from '../cache/blobs.js';
import { forgetDocument } from '../cache/documents.js';
import { gaugeJson, jsonLimits } from '../cache/json-gauge.js';
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
 * Removes of one part what is too old, and what was used least recently until the goal is reached. What
 * somebody used since it was looked at stays, and the next goes in its place. Requests go on meanwhile: who is
 * answered with a blob has it.
 */
export async function evict(context: CacheContext, goal: EvictionGoal): Promise<Evicted> {
  const evicted: Evicted = { entries: 0, blobs: 0, bytes: 0 };
  const isUnchanged = context.changes.watch();
  const { blobs, entries, holdings } = await look(context, goal.nowMs);
  // Otherwise the running count is nearer to the truth.
  if (isUnchanged()) {
    const ofTrusted =
      sum(blobs.filter(({ isTrusted }) => isTrusted)) +
      sum(entries.filter(({ name }) => name.namespace === trusted));
    context.space.counted({ trusted: ofTrusted, untrusted: sum(blobs) + sum(entries) - ofTrusted });
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
  // A blob of others that became trusted meanwhile is no longer theirs to lose.
  const isUnused = async (): Promise<boolean> =>
    (await storage.blobUsage(blob.sha256))?.usedMs === blob.usedMs &&
    (blob.isTrusted || !(await isTrustedBlob(context, blob.sha256)));
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
 * for one without entries. What says that it was used later than now is used now: it would never get old.
 */
async function look(
  context: CacheContext,
  nowMs: number,
): Promise<{ blobs: HeldBlob[]; entries: HeldEntry[]; holdings: Holdings }> {
  const { storage, space, locks } = context;
  const names = new Map<Sha256, Sha256>();
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
    if (usedMs > nowMs) await storage.touchDocument(name);
    entries.push({
      name,
      sizeBytes: space.sizeOf(sizeBytes),
      usedMs: usedMs > nowMs ? ((await storage.documentUsage(name))?.usedMs ?? nowMs) : usedMs,
      blobs: onceEach(names, await namedBlobs(context, name)),
    });
    holdings.changed(name, { count: 1, sizeBytes });
  }
  const blobs: HeldBlob[] = [];
  const sizes = new Map<Sha256, number>();
  for await (const { sha256, sizeBytes, usedMs } of storage.blobs()) {
    sizes.set(sha256, sizeBytes);
    if (usedMs > nowMs) await locks(sha256, () => storage.findBlob(sha256, true));
    blobs.push({
      sha256,
      sizeBytes: space.sizeOf(sizeBytes),
      usedMs: usedMs > nowMs ? ((await storage.blobUsage(sha256))?.usedMs ?? nowMs) : usedMs,
      isTrusted: trustedBlobs.has(sha256),
    });
  }
  for (const name of claims) holdings.changed(name, { count: 1, sizeBytes: sizes.get(name.key) ?? 0 });
  return { blobs, entries, holdings };
}

/** Each digest once, and as the same text wherever it stands: a part of a document's text would keep all of it. */
function onceEach(names: Map<Sha256, Sha256>, blobs: readonly Sha256[]): Sha256[] {
  return [...new Set(blobs)].map((sha256) => {
    const known = names.get(sha256) ?? Buffer.from(sha256, 'latin1').toString('latin1');
    names.set(known, known);
    return known;
  });
}

async function namedBlobs(
  { storage, mostDocumentBytes }: CacheContext,
  name: DocumentName,
): Promise<Sha256[]> {
  const text = (await storage.readDocument(name)) ?? '';
  if (name.kind === 'nx') {
    const entry = parseNxEntry(text);
    return entry === null ? [] : [entry.body, ...entry.blobs].map(({ sha256 }) => sha256);
  }
  const isMeasured = await gaugeJson(text, jsonLimits(mostDocumentBytes)).then(
    () => true,
    () => false,
  );
  if (!isMeasured) return [];
  const manifest = parseForeign('manifest', text);
  return 'files' in manifest ? manifest.files.map(({ sha256 }) => sha256) : [];
}

function sum(held: readonly { sizeBytes: number }[]): number {
  return held.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
