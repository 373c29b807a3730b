import type { Sha256 } from 'nx-gguf/store';
import { trusted } from '../config/namespaces.js';
import type { DocumentName, Usage } from '../storage/storage.js';

/** A blob, and whether everybody's namespace holds it. */
export interface HeldBlob extends Usage {
  sha256: Sha256;
  isTrusted: boolean;
}

/** An action or an entry of Nx's cache, and the blobs that it names. */
export interface HeldEntry extends Usage {
  name: DocumentName;
  blobs: readonly Sha256[];
}

/** What is to be reached. Times in ms, sizes in bytes. */
export interface EvictionGoal {
  nowMs: number;
  keepBytes: number;
  /** What namespaces other than `trusted` may hold when room is needed. */
  untrustedBytes: number;
  maxAgeMs: number;
  /** What was used within this time is not removed for room, but for what untrusted namespaces hold beyond their share. */
  graceMs: number;
  /** An entry may wait so long for blobs that are being uploaded. */
  danglingMs: number;
}

/** One removal. The entries that name a blob go with it, before it. */
export type Eviction =
  | { remove: 'entry'; entry: HeldEntry; because: string }
  | { remove: 'blob'; blob: HeldBlob; entries: readonly HeldEntry[]; because: string };

/** What to remove, in this order: what is too old, then what was used least recently until the goal is reached. */
export function planEviction(blobs: readonly HeldBlob[], entries: readonly HeldEntry[], goal: EvictionGoal): Eviction[] {
  const plan = new Plan(blobs, entries);
  const oldest = [...blobs.map((blob) => ({ blob })), ...entries.map((entry) => ({ entry }))].sort((a, b) => usedMs(a) - usedMs(b));
  const beforeMs = goal.nowMs - goal.maxAgeMs;
  for (const item of oldest) if (usedMs(item) < beforeMs) plan.remove(item, 'not used for too long');
  for (const entry of entries) {
    const isDangling = !entry.blobs.every((sha256) => plan.has(sha256));
    if (isDangling && entry.usedMs < goal.nowMs - goal.danglingMs) plan.remove({ entry }, 'names a blob that is not here');
  }
  if (plan.bytes <= goal.keepBytes) return plan.evictions;
  for (const item of oldest) {
    if (plan.bytes <= goal.keepBytes || plan.untrustedBytes <= goal.untrustedBytes) break;
    if (!isTrusted(item)) plan.remove(item, 'beyond the share of untrusted namespaces');
  }
  for (const item of oldest) {
    if (plan.bytes <= goal.keepBytes) break;
    if (usedMs(item) < goal.nowMs - goal.graceMs) plan.remove(item, 'used least recently');
  }
  return plan.evictions;
}

class Plan {
  readonly evictions: Eviction[] = [];
  readonly #entriesOf = new Map<Sha256, HeldEntry[]>();
  bytes = 0;
  untrustedBytes = 0;
  readonly #gone = new Set<HeldEntry | Sha256>();

  constructor(blobs: readonly HeldBlob[], entries: readonly HeldEntry[]) {
    for (const { sha256, sizeBytes, isTrusted } of blobs) {
      this.#entriesOf.set(sha256, []);
      this.bytes += sizeBytes;
      if (!isTrusted) this.untrustedBytes += sizeBytes;
    }
    for (const entry of entries) {
      this.bytes += entry.sizeBytes;
      if (!isTrusted({ entry })) this.untrustedBytes += entry.sizeBytes;
      for (const sha256 of new Set(entry.blobs)) this.#entriesOf.get(sha256)?.push(entry);
    }
  }

  has(sha256: Sha256): boolean {
    return this.#entriesOf.has(sha256) && !this.#gone.has(sha256);
  }

  remove(item: { blob: HeldBlob } | { entry: HeldEntry }, because: string): void {
    if ('entry' in item) {
      if (this.#forget(item.entry)) this.evictions.push({ remove: 'entry', entry: item.entry, because });
      return;
    }
    const { blob } = item;
    if (this.#gone.has(blob.sha256)) return;
    this.#gone.add(blob.sha256);
    this.bytes -= blob.sizeBytes;
    if (!blob.isTrusted) this.untrustedBytes -= blob.sizeBytes;
    const entries = (this.#entriesOf.get(blob.sha256) ?? []).filter((entry) => this.#forget(entry));
    this.evictions.push({ remove: 'blob', blob, entries, because });
  }

  #forget(entry: HeldEntry): boolean {
    if (this.#gone.has(entry)) return false;
    this.#gone.add(entry);
    this.bytes -= entry.sizeBytes;
    if (!isTrusted({ entry })) this.untrustedBytes -= entry.sizeBytes;
    return true;
  }
}

function isTrusted(item: { blob: HeldBlob } | { entry: HeldEntry }): boolean {
  return 'blob' in item ? item.blob.isTrusted : item.entry.name.namespace === trusted;
}

function usedMs(item: { blob: HeldBlob } | { entry: HeldEntry }): number {
  return 'blob' in item ? item.blob.usedMs : item.entry.usedMs;
}
