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
  /**
   * What was used within this time is not removed for room, but for what untrusted namespaces hold beyond
   * their share.
   */
  graceMs: number;
  /** An entry may wait so long for blobs that are being uploaded. */
  danglingMs: number;
}

/** One removal. The entries that name a blob go with it, before it. */
export type Eviction =
  | { remove: 'entry'; entry: HeldEntry; because: string }
  | { remove: 'blob'; blob: HeldBlob; entries: readonly HeldEntry[]; because: string };

/** What came of a removal: what was used since it was looked at stays. */
export interface Removed {
  isBlobGone: boolean;
  entries: readonly HeldEntry[];
}

/**
 * What to remove, in this order: what is too old, then what was used least recently until the goal is
 * reached. After each it is told what was removed in truth, and goes on until that is enough.
 */
export function* planEviction(
  blobs: readonly HeldBlob[],
  entries: readonly HeldEntry[],
  goal: EvictionGoal,
): Generator<Eviction, void, Removed> {
  const plan = new Plan(blobs, entries);
  const oldest = [...blobs.map((blob) => ({ blob })), ...entries.map((entry) => ({ entry }))].sort(
    (a, b) => usedMs(a) - usedMs(b),
  );
  const beforeMs = goal.nowMs - goal.maxAgeMs;
  for (const item of oldest) if (usedMs(item) < beforeMs) yield* plan.remove(item, 'not used for too long');
  for (const entry of entries) {
    const isDangling = !entry.blobs.every((sha256) => plan.has(sha256));
    if (isDangling && entry.usedMs < goal.nowMs - goal.danglingMs)
      yield* plan.remove({ entry }, 'names a blob that is not here');
  }
  if (plan.bytes <= goal.keepBytes) return;
  for (const item of oldest) {
    if (plan.bytes <= goal.keepBytes || plan.untrustedBytes <= goal.untrustedBytes) break;
    if (!isTrusted(item)) yield* plan.remove(item, 'beyond the share of untrusted namespaces');
  }
  for (const item of oldest) {
    if (plan.bytes <= goal.keepBytes) break;
    if (usedMs(item) < goal.nowMs - goal.graceMs) yield* plan.remove(item, 'used least recently');
  }
}

class Plan {
  readonly #entriesOf = new Map<Sha256, HeldEntry[]>();
  readonly #tried = new Set<HeldEntry | Sha256>();
  readonly #gone = new Set<Sha256>();
  bytes = 0;
  untrustedBytes = 0;

  constructor(blobs: readonly HeldBlob[], entries: readonly HeldEntry[]) {
    for (const blob of blobs) {
      this.#entriesOf.set(blob.sha256, []);
      this.#count({ blob }, 1);
    }
    for (const entry of entries) {
      this.#count({ entry }, 1);
      for (const sha256 of new Set(entry.blobs)) this.#entriesOf.get(sha256)?.push(entry);
    }
  }

  has(sha256: Sha256): boolean {
    return this.#entriesOf.has(sha256) && !this.#gone.has(sha256);
  }

  /** Asks for a removal, unless it was asked for already, and counts what came of it. */
  *remove(
    item: { blob: HeldBlob } | { entry: HeldEntry },
    because: string,
  ): Generator<Eviction, void, Removed> {
    if (!this.#isNew('entry' in item ? item.entry : item.blob.sha256)) return;
    if ('entry' in item) {
      this.#forget(yield { remove: 'entry', entry: item.entry, because });
      return;
    }
    const { blob } = item;
    const entries = (this.#entriesOf.get(blob.sha256) ?? []).filter((entry) => this.#isNew(entry));
    const removed = yield { remove: 'blob', blob, entries, because };
    this.#forget(removed);
    if (!removed.isBlobGone) return;
    this.#gone.add(blob.sha256);
    this.#count({ blob }, -1);
  }

  #isNew(key: HeldEntry | Sha256): boolean {
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    return true;
  }

  #forget({ entries }: Removed): void {
    for (const entry of entries) this.#count({ entry }, -1);
  }

  #count(item: { blob: HeldBlob } | { entry: HeldEntry }, sign: 1 | -1): void {
    const bytes = sign * ('blob' in item ? item.blob.sizeBytes : item.entry.sizeBytes);
    this.bytes += bytes;
    if (!isTrusted(item)) this.untrustedBytes += bytes;
  }
}

function isTrusted(item: { blob: HeldBlob } | { entry: HeldEntry }): boolean {
  return 'blob' in item ? item.blob.isTrusted : item.entry.name.namespace === trusted;
}

function usedMs(item: { blob: HeldBlob } | { entry: HeldEntry }): number {
  return 'blob' in item ? item.blob.usedMs : item.entry.usedMs;
}
