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

/** What is to be reached with one part, what is trusted or what is not. Times in ms, sizes in bytes. */
export interface EvictionGoal {
  isTrusted: boolean;
  nowMs: number;
  /**
   * How many bytes must go still, of which so many went by this plan: asked before each removal, as others come
   * and go meanwhile.
   */
  excessBytes: (removedBytes: number) => number;
  /**
   * What was used within this time is not removed for room. Untrusted namespaces have no such time: else one
   * of them would keep the others out.
   */
  graceMs: number;
  /** What is too old goes too, a part of it at a time; null to leave it. */
  age: AgeLimits | null;
}

/** When something goes for its age. */
export interface AgeLimits {
  maxAgeMs: number;
  /** An entry may wait so long for blobs that are being uploaded. */
  danglingMs: number;
  /** The most that goes at a time, as a share of all: a mistake about the time shows before everything is gone. */
  mostShare: number;
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

type Item = { blob: HeldBlob } | { entry: HeldEntry };

/**
 * What to remove of one part, in this order: what is too old, then what was used least recently until the goal
 * is reached. After each it is told what was removed in truth, and goes on until that is enough. What is
 * planned for what is trusted depends on nothing that others have; their entries go along with a blob that they
 * name, and no entry that is trusted goes with a blob of theirs.
 */
export function* planEviction(
  blobs: readonly HeldBlob[],
  entries: readonly HeldEntry[],
  goal: EvictionGoal,
): Generator<Eviction, void, Removed> {
  const plan = new Plan(blobs, entries, goal.isTrusted);
  const oldest = [...blobs.map((blob) => ({ blob })), ...entries.map((entry) => ({ entry }))]
    .filter((item) => isTrusted(item) === goal.isTrusted)
    .sort((a, b) => usedMs(a) - usedMs(b));
  if (goal.age !== null) yield* aged(plan, oldest, { nowMs: goal.nowMs, ...goal.age });
  for (const item of oldest) {
    if (goal.excessBytes(plan.removedBytes) <= 0) break;
    if (usedMs(item) < goal.nowMs - goal.graceMs) yield* plan.remove(item, 'used least recently');
  }
}

function* aged(
  plan: Plan,
  oldest: readonly Item[],
  { nowMs, maxAgeMs, danglingMs, mostShare }: AgeLimits & { nowMs: number },
): Generator<Eviction, void, Removed> {
  const keepBytes = plan.bytes * (1 - mostShare);
  let left = Math.max(1, Math.floor(oldest.length * mostShare));
  const reasonOf = (item: Item): string | null => {
    if (usedMs(item) < nowMs - maxAgeMs) return 'not used for too long';
    const isDangling = 'entry' in item && !item.entry.blobs.every((sha256) => plan.has(sha256));
    return isDangling && usedMs(item) < nowMs - danglingMs ? 'names a blob that is not here' : null;
  };
  let isFirst = true;
  for (const item of oldest) {
    const because = reasonOf(item);
    if (because === null) continue;
    if (left-- === 0 || (!isFirst && plan.bytes - sizeOf(item) < keepBytes)) return;
    isFirst = false;
    yield* plan.remove(item, because);
  }
}

class Plan {
  readonly #isTrusted: boolean;
  readonly #entriesOf = new Map<Sha256, HeldEntry[]>();
  readonly #tried = new Set<HeldEntry | Sha256>();
  readonly #gone = new Set<Sha256>();
  /** Of the part that the plan is for: what is there, and what went. */
  bytes = 0;
  removedBytes = 0;

  constructor(blobs: readonly HeldBlob[], entries: readonly HeldEntry[], forTrusted: boolean) {
    this.#isTrusted = forTrusted;
    for (const blob of blobs) {
      if (forTrusted && !blob.isTrusted) continue;
      this.#entriesOf.set(blob.sha256, []);
      this.#count({ blob });
    }
    for (const entry of entries) {
      this.#count({ entry });
      if (!forTrusted && isTrusted({ entry })) continue;
      for (const sha256 of new Set(entry.blobs)) this.#entriesOf.get(sha256)?.push(entry);
    }
  }

  has(sha256: Sha256): boolean {
    return this.#entriesOf.has(sha256) && !this.#gone.has(sha256);
  }

  /** Asks for a removal, unless it was asked for already, and counts what came of it. */
  *remove(item: Item, because: string): Generator<Eviction, void, Removed> {
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
    this.#uncount({ blob });
  }

  #isNew(key: HeldEntry | Sha256): boolean {
    if (this.#tried.has(key)) return false;
    this.#tried.add(key);
    return true;
  }

  #forget({ entries }: Removed): void {
    for (const entry of entries) this.#uncount({ entry });
  }

  #count(item: Item): void {
    if (isTrusted(item) === this.#isTrusted) this.bytes += sizeOf(item);
  }

  #uncount(item: Item): void {
    if (isTrusted(item) !== this.#isTrusted) return;
    this.bytes -= sizeOf(item);
    this.removedBytes += sizeOf(item);
  }
}

function isTrusted(item: Item): boolean {
  return 'blob' in item ? item.blob.isTrusted : item.entry.name.namespace === trusted;
}

function sizeOf(item: Item): number {
  return 'blob' in item ? item.blob.sizeBytes : item.entry.sizeBytes;
}

function usedMs(item: Item): number {
  return 'blob' in item ? item.blob.usedMs : item.entry.usedMs;
}
