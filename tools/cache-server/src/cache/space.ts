import { GgufError } from 'nx-gguf/store';
import { singleFlight } from './single-flight.js';
import { createSpaceAccount, type Reservation, type SpaceRequest } from './space-account.js';

/** The room of a storage, in bytes: its limit, its use, and the room that is promised. */
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
  added: (sizeBytes: number) => void;
  removed: (sizeBytes: number) => void;
  /** Replaces the kept bytes by a new count. */
  counted: (usedBytes: number) => void;
}

/**
 * The goal of an eviction, in bytes: the most that may be kept, with room that is promised to untrusted
 * namespaces counted as theirs already.
 */
export interface Room {
  keepBytes: number;
  untrustedBytes: number;
}

/** The settings and ports of a space. */
export interface SpaceOptions {
  maxBytes: number;
  /** Share of `maxBytes` above which room is made ahead of need. */
  highWater: number;
  lowWater: number;
  /** The most that may be promised to all untrusted namespaces together. */
  untrustedBytes: number;
  usedBytes: number;
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
  /**
   * Takes back a promise of which no use is made, of untrusted namespaces if told so; how many bytes that
   * were.
   */
  takeBack: (isUntrustedOnly: boolean) => Promise<number>;
  /** How long to wait for room that others are promised. */
  patienceMs: number;
}

interface Waiter extends SpaceRequest {
  untilMs: number;
  admit: (reservation: Reservation) => void;
  refuse: (error: unknown) => void;
}

/**
 * After an eviction that found nothing, the next waits for the time of this many, so that looking is not all
 * that is done.
 */
const fruitlessTimes = 10;
/** The longest of these pauses. */
const longestPauseMs = 1000;

/** Accounts for the bytes of a storage. */
export function createSpace(options: SpaceOptions): Space {
  const { maxBytes, highWater, lowWater, marginBytes } = options;
  const account = createSpaceAccount(options, () => changed());
  const { excess, fits, hasShare, promise } = account;
  const sizeOf = (sizeBytes: number): number => sizeBytes + options.overheadBytes;
  let nextLookMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<Waiter>();

  const freeBytes = async (): Promise<number> => (await options.freeBytes()) ?? Infinity;
  const stop = (waiter: Waiter): void => {
    waiting.delete(waiter);
    if (waiting.size === 0) clearTimeout(timer);
  };

  /** Gives room to waiting requests in their order, as far as there is any. */
  const admit = async (): Promise<void> => {
    if (waiting.size === 0) return;
    const free = await freeBytes();
    for (const waiter of waiting) {
      if (!hasShare(waiter) || !fits(free, waiter.sizeBytes)) continue;
      stop(waiter);
      waiter.admit(promise(waiter.sizeBytes, waiter.isTrusted));
    }
  };

  /** Evicts for the waiting requests that could be served together; returns the number of evicted bytes. */
  const makeRoom = async (): Promise<number> => {
    let [wanted, untrustedWanted] = [0, 0];
    for (const waiter of waiting) {
      if (!hasShare(waiter) || account.reservedBytes() + wanted + waiter.sizeBytes > maxBytes) continue;
      wanted += waiter.sizeBytes;
      if (!waiter.isTrusted) untrustedWanted += waiter.sizeBytes;
    }
    const { room, disk } = excess(await freeBytes(), wanted);
    const over = options.evictsFromDisk ? Math.max(room, disk) : room;
    const usedBytes = account.usedBytes();
    const reservedBytes = account.reservedBytes();
    if (over === 0 && usedBytes + reservedBytes + wanted <= highWater * maxBytes) return 0;
    return options.evictTo({
      keepBytes: Math.max(0, Math.min(lowWater * maxBytes - reservedBytes - wanted, usedBytes - over)),
      untrustedBytes: account.untrustedBytes() + untrustedWanted,
    });
  };

  /** Room that others are promised would be enough. */
  const isHopeful = (free: number, waiter: Waiter): boolean => {
    if (performance.now() >= waiter.untilMs) return false;
    if (!hasShare(waiter)) return waiter.sizeBytes <= options.untrustedBytes;
    const { room, disk } = excess(free, waiter.sizeBytes);
    const reservedBytes = account.reservedBytes();
    return reservedBytes > 0 && Math.max(room, disk) <= reservedBytes;
  };

  const serve = singleFlight(async () => {
    for (let isMoving = true; isMoving;) {
      if (waiting.size > 0) await admit();
      const asked = [...waiting];
      if (asked.length === 0 && performance.now() < nextLookMs) return;
      try {
        if (asked.length > 0) await pause(Math.min(longestPauseMs, nextLookMs - performance.now()));
        const began = performance.now();
        isMoving = (await makeRoom()) > 0;
        await admit();
        const stillAsked = asked.filter((waiter) => waiting.has(waiter));
        if (!isMoving && stillAsked.length > 0)
          isMoving = (await options.takeBack(!stillAsked.some(hasShare))) > 0;
        if (!isMoving) nextLookMs = performance.now() + fruitlessTimes * (performance.now() - began);
        await admit();
        const free = await freeBytes();
        for (const waiter of asked) {
          if (!waiting.has(waiter) || isHopeful(free, waiter) || isMoving) continue;
          stop(waiter);
          waiter.refuse(full(waiter.sizeBytes, hasShare(waiter) ? beingUsed : shareIsPromised));
        }
      } catch (error) {
        isMoving = false;
        for (const waiter of asked) {
          stop(waiter);
          waiter.refuse(error);
        }
      }
      isMoving &&= waiting.size > 0;
    }
    clearTimeout(timer);
    const firstMs = Math.min(...[...waiting].map(({ untilMs }) => untilMs));
    if (waiting.size > 0) timer = setTimeout(serveSoon, Math.max(1, firstMs - performance.now()));
  });
  const serveSoon = (): void => void serve().catch(() => undefined);
  const changed = (): void => {
    if (waiting.size > 0)
      void admit().then(
        () => (waiting.size > 0 ? serveSoon() : undefined),
        () => undefined,
      );
  };

  return {
    maxBytes,
    usedBytes: account.usedBytes,
    reservedBytes: account.reservedBytes,
    sizeOf,
    keepReserved: (sizeBytes, isTrusted) => promise(sizeOf(sizeBytes), isTrusted),
    added: (sizeBytes) => {
      account.add(sizeBytes);
      changed();
    },
    removed: (sizeBytes) => {
      account.add(-sizeBytes);
      changed();
    },
    counted: (usedBytes) => {
      account.recount(usedBytes);
      changed();
    },
    reserve: async (contentBytes, isTrusted) => {
      const sizeBytes = sizeOf(contentBytes);
      const free = await freeBytes();
      // A request that can never fit evicts nothing.
      if (
        sizeBytes > maxBytes ||
        sizeBytes + marginBytes >
          free + (options.evictsFromDisk ? account.usedBytes() : 0) + account.reservedBytes()
      )
        throw full(sizeBytes, tooLarge);
      // A new request does not overtake waiting ones.
      const before = [...waiting].reduce((sum, waiter) => sum + waiter.sizeBytes, 0);
      if (hasShare({ sizeBytes, isTrusted }) && fits(free, before + sizeBytes)) {
        const reservation = promise(sizeBytes, isTrusted);
        if (account.usedBytes() + account.reservedBytes() > highWater * maxBytes) serveSoon();
        return reservation;
      }
      return new Promise<Reservation>((resolve, reject) => {
        waiting.add({
          sizeBytes,
          isTrusted,
          untilMs: performance.now() + options.patienceMs,
          admit: resolve,
          refuse: reject,
        });
        serveSoon();
      });
    },
  };
}

const tooLarge = 'It is more than the server may keep (maxBytes), or than its disk can hold.';
const beingUsed =
  'What was used a moment ago is not evicted. Give the server more room (maxBytes), or try again later.';
const shareIsPromised =
  'Namespaces that are not trusted share a part of the room (untrustedShare), and most of it is promised to uploads under way. Try again later.';

function full(sizeBytes: number, hint: string): GgufError {
  return new GgufError('STORAGE_FULL', `there is no room for ${sizeBytes} bytes`, { hint });
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
