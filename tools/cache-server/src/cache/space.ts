import { singleFlight } from './single-flight.js';
import type { Reservation } from './space-account.js';
import { createSpacePart, type Excess } from './space-part.js';

/**
 * The room of a storage, in bytes: its limit, its use, and the room that is promised. What is trusted has all
 * of it, as if nobody else were there; others have a share of what that leaves, and give it up when it is
 * needed. So nothing that they do changes what of the trusted goes.
 */
export interface Space {
  maxBytes: number;
  usedBytes: () => number;
  reservedBytes: () => number;
  /** The size that a file counts for, with its overhead. */
  sizeOf: (sizeBytes: number) => number;
  /**
   * Promises room for bytes that are about to come; makes room first when there is too little, and waits a
   * moment for room that others are promised: it comes back, or what they bring can go.
   * @throws GgufError `STORAGE_FULL`
   */
  reserve: (sizeBytes: number, isTrusted: boolean) => Promise<Reservation>;
  /** As `reserve` for bytes that are there already in part, of an upload that outlived a restart. */
  keepReserved: (sizeBytes: number, isTrusted: boolean) => Reservation;
  added: (sizeBytes: number, isTrusted: boolean) => void;
  removed: (sizeBytes: number, isTrusted: boolean) => void;
  /** Replaces the kept bytes by a new count. */
  counted: (used: UsedBytes) => void;
  /** What is too much of a part when it is looked after: what is above its low water, once it is above its high one. */
  excessOf: (isTrusted: boolean) => Excess;
}

/** The kept bytes by who they are of. */
export interface UsedBytes {
  trusted: number;
  untrusted: number;
}

/** The goal of an eviction: how many bytes of one part must go. */
export interface Room {
  isTrusted: boolean;
  excessBytes: Excess;
}

/** The settings and ports of a space. */
export interface SpaceOptions {
  maxBytes: number;
  /** Share of the room above which it is made ahead of need. */
  highWater: number;
  lowWater: number;
  /** The most that all untrusted namespaces together may hold and be promised. */
  untrustedBytes: number;
  usedBytes: UsedBytes;
  /** The overhead of each file, its record and its directory entries: many small files fill a disk too. */
  overheadBytes: number;
  /** The free bytes of the disk, or null when they are not known. */
  freeBytes: () => Promise<number | null>;
  /** Whether evicted files are on that disk. */
  evictsFromDisk: boolean;
  /** Bytes that are left to the rest of the machine. */
  marginBytes: number;
  /** Removes until there is the room, as far as it may; how many bytes that were. */
  evictTo: (room: Room) => Promise<number>;
  /** Takes back a promise of one part of which no use is made; how many bytes that were. */
  takeBack: (isTrusted: boolean) => Promise<number>;
  /** How long to wait for room that others are promised. */
  patienceMs: number;
}

/** Accounts for the bytes of a storage. */
export function createSpace(options: SpaceOptions): Space {
  const { maxBytes, untrustedBytes, highWater, lowWater, marginBytes } = options;
  const sizeOf = (sizeBytes: number): number => sizeBytes + options.overheadBytes;
  const freeBytes = async (): Promise<number> => (await options.freeBytes()) ?? Infinity;
  const { evictsFromDisk, patienceMs } = options;
  const common = { highWater, lowWater, marginBytes, evictsFromDisk, patienceMs };

  const trusted = createSpacePart({
    ...common,
    mostBytes: () => maxBytes,
    usedBytes: options.usedBytes.trusted,
    freeBytes,
    evict: (excessBytes) => options.evictTo({ isTrusted: true, excessBytes }),
    takeBack: () => options.takeBack(true),
    others: {
      yieldableBytes: () => {
        const { usedBytes, reservedBytes, awaitedBytes } = untrusted.account;
        return (evictsFromDisk ? usedBytes() : 0) + reservedBytes() - awaitedBytes();
      },
      giveUp: (sizeBytes) => shrink(heldByUntrusted() - sizeBytes),
    },
    onPromised: () => makeWay(),
    onChanged: () => untrusted.changed(),
    hints: { tooLarge, full: beingUsed },
  });
  const leftBytes = (): number =>
    Math.max(
      0,
      Math.min(untrustedBytes, maxBytes - trusted.account.usedBytes() - trusted.account.reservedBytes()),
    );
  const untrusted = createSpacePart({
    ...common,
    mostBytes: leftBytes,
    usedBytes: options.usedBytes.untrusted,
    freeBytes: async () => (await freeBytes()) - trusted.account.awaitedBytes(),
    evict: (excessBytes) => options.evictTo({ isTrusted: false, excessBytes }),
    takeBack: () => options.takeBack(false),
    others: { yieldableBytes: () => 0, giveUp: () => Promise.resolve(0) },
    onPromised: () => undefined,
    onChanged: () => trusted.changed(),
    hints: { tooLarge: shareIsTaken, full: shareIsTaken },
  });
  const partOf = (isTrusted: boolean): typeof trusted => (isTrusted ? trusted : untrusted);

  const heldByUntrusted = (): number => untrusted.account.usedBytes() + untrusted.account.reservedBytes();
  /** Has untrusted namespaces keep no more than so much: what they keep goes first, then what they were promised. */
  const shrink = async (mostBytes: number): Promise<number> => {
    const before = heldByUntrusted();
    const { account } = untrusted;
    if (account.usedBytes() > 0)
      await options.evictTo({
        isTrusted: false,
        excessBytes: () => heldByUntrusted() - lowWater * mostBytes,
      });
    account.revokeTo(Math.max(0, mostBytes - account.usedBytes()));
    return Math.max(0, before - heldByUntrusted());
  };
  const shrinkToLeft = singleFlight(async () => {
    if (heldByUntrusted() > leftBytes()) await shrink(leftBytes());
  });
  /** What was promised to the trusted is theirs at once; others are made to go while its bytes come. */
  const makeWay = (): void => {
    if (heldByUntrusted() > leftBytes()) void shrinkToLeft().catch(() => undefined);
  };

  return {
    maxBytes,
    usedBytes: () => trusted.account.usedBytes() + untrusted.account.usedBytes(),
    reservedBytes: () => trusted.account.reservedBytes() + untrusted.account.reservedBytes(),
    sizeOf,
    reserve: (contentBytes, isTrusted) => partOf(isTrusted).reserve(sizeOf(contentBytes)),
    keepReserved: (sizeBytes, isTrusted) => {
      const reservation = partOf(isTrusted).account.promise(sizeOf(sizeBytes));
      makeWay();
      return reservation;
    },
    added: (sizeBytes, isTrusted) => {
      partOf(isTrusted).account.add(sizeBytes);
      makeWay();
    },
    removed: (sizeBytes, isTrusted) => partOf(isTrusted).account.add(-sizeBytes),
    counted: (used) => {
      trusted.account.recount(used.trusted);
      untrusted.account.recount(used.untrusted);
    },
    excessOf: (isTrusted) => {
      const { account } = partOf(isTrusted);
      const mostBytes = (): number => (isTrusted ? maxBytes : leftBytes());
      const heldBytes = (): number => account.usedBytes() + account.reservedBytes();
      return heldBytes() > highWater * mostBytes() ? () => heldBytes() - lowWater * mostBytes() : () => 0;
    },
  };
}

const tooLarge = 'It is more than the server may keep (maxBytes), or than its disk can hold.';
const beingUsed =
  'What was used a moment ago is not evicted. Give the server more room (maxBytes), or try again later.';
const shareIsTaken =
  'Namespaces that are not trusted share a part of the room (untrustedShare), as far as what is trusted leaves it, and most of that is promised to uploads under way. Try again later.';
