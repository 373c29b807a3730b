import { GgufError } from 'nx-gguf/store';
import { singleFlight } from './single-flight.js';
import { createSpaceAccount, type Reservation, type SpaceAccount } from './space-account.js';

/** The room of one side, trusted or not, in bytes. */
export interface SpacePart {
  account: SpaceAccount;
  reserve: (sizeBytes: number) => Promise<Reservation>;
  /** Looks whether those who wait can have their room now. */
  changed: () => void;
}

/**
 * How many bytes must go still, when so many went: asked again and again, as what was promised is used, or given
 * back, while others go.
 */
export type Excess = (removedBytes: number) => number;

/** The limits and ports of a part. */
export interface PartOptions {
  /** The most that this part may hold by now. */
  mostBytes: () => number;
  usedBytes: number;
  /** Share of `mostBytes` above which room is made ahead of need, and the one that is gone down to. */
  highWater: number;
  lowWater: number;
  /** The free bytes of the disk, as far as they are for this part. */
  freeBytes: () => Promise<number>;
  /** Whether evicted files are on that disk. */
  evictsFromDisk: boolean;
  /** Bytes of the disk that are left to the rest of the machine. */
  marginBytes: number;
  /** Removes what this part keeps until no bytes are too many, as far as it may; how many bytes went. */
  evict: (excessBytes: Excess) => Promise<number>;
  /** Takes back a promise of this part of which no use is made; how many bytes that was. */
  takeBack: () => Promise<number>;
  /** Bytes on the disk that the other part gives up when this one needs them, and how to have it do so. */
  others: { yieldableBytes: () => number; giveUp: (sizeBytes: number) => Promise<number> };
  /** Called when room was promised. */
  onPromised: () => void;
  onChanged: () => void;
  /** How long to wait for room that others are promised. */
  patienceMs: number;
  /** What is said to those who are refused: what can never fit, and what does not fit now. */
  hints: { tooLarge: string; full: string };
}

interface Waiter {
  sizeBytes: number;
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

/** Accounts for the bytes of one part. */
export function createSpacePart(options: PartOptions): SpacePart {
  const { mostBytes, freeBytes, highWater, lowWater, marginBytes, others } = options;
  const account = createSpaceAccount(options.usedBytes, () => changed());
  let nextLookMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<Waiter>();

  const heldBytes = (): number => account.usedBytes() + account.reservedBytes();
  /** The bytes by which the room and the disk fall short of so many more. */
  const shortage = (free: number, moreBytes: number): { room: number; disk: number } => ({
    room: Math.max(0, heldBytes() + moreBytes - mostBytes()),
    disk: Math.max(0, account.awaitedBytes() + moreBytes + marginBytes - free),
  });
  const fits = (free: number, moreBytes: number): boolean => {
    const { room, disk } = shortage(free, moreBytes);
    return room === 0 && disk === 0;
  };
  const promise = (sizeBytes: number): Reservation => {
    const reservation = account.promise(sizeBytes);
    options.onPromised();
    return reservation;
  };
  /** What those who wait could get together. */
  const wantedBytes = (): number => {
    let wanted = 0;
    for (const { sizeBytes } of waiting)
      if (account.reservedBytes() + wanted + sizeBytes <= mostBytes()) wanted += sizeBytes;
    return wanted;
  };
  const stop = (waiter: Waiter): void => {
    waiting.delete(waiter);
    if (waiting.size === 0) clearTimeout(timer);
  };

  /** Gives room to waiting requests in their order, as far as there is any. */
  const admit = async (): Promise<void> => {
    if (waiting.size === 0) return;
    const free = await freeBytes();
    for (const waiter of waiting) {
      if (!fits(free, waiter.sizeBytes)) continue;
      stop(waiter);
      waiter.admit(promise(waiter.sizeBytes));
    }
  };

  /**
   * Makes room for the waiting requests that could be served together; how many bytes became free. For a disk
   * that is full, what others give up comes before what this part has.
   */
  const makeRoom = async (): Promise<number> => {
    const { room, disk } = shortage(await freeBytes(), wantedBytes());
    const ownDisk = options.evictsFromDisk ? Math.max(0, disk - others.yieldableBytes()) : 0;
    let madeBytes = disk > 0 ? await others.giveUp(disk) : 0;
    if (Math.max(room, ownDisk) > 0 || heldBytes() + wantedBytes() > highWater * mostBytes())
      madeBytes += await options.evict((removed) =>
        Math.max(heldBytes() + wantedBytes() - lowWater * mostBytes(), ownDisk - removed),
      );
    return madeBytes;
  };

  /** Room that others are promised, or give up, would be enough. */
  const isHopeful = (free: number, { sizeBytes, untilMs }: Waiter): boolean => {
    if (performance.now() >= untilMs) return false;
    const { room, disk } = shortage(free, sizeBytes);
    const reserved = account.reservedBytes();
    const yieldable = others.yieldableBytes();
    return reserved + yieldable > 0 && room <= reserved && disk <= reserved + yieldable;
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
        if (!isMoving && asked.some((waiter) => waiting.has(waiter)))
          isMoving = (await options.takeBack()) > 0;
        if (!isMoving) nextLookMs = performance.now() + fruitlessTimes * (performance.now() - began);
        await admit();
        const free = await freeBytes();
        for (const waiter of asked) {
          if (!waiting.has(waiter) || isHopeful(free, waiter) || isMoving) continue;
          stop(waiter);
          waiter.refuse(full(waiter.sizeBytes, options.hints.full));
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
  const lookAgain = (): void => {
    if (waiting.size > 0)
      void admit().then(
        () => (waiting.size > 0 ? serveSoon() : undefined),
        () => undefined,
      );
  };
  const changed = (): void => {
    lookAgain();
    options.onChanged();
  };

  return {
    account: {
      ...account,
      add: (sizeBytes) => {
        account.add(sizeBytes);
        changed();
      },
      recount: (usedBytes) => {
        account.recount(usedBytes);
        changed();
      },
    },
    changed: lookAgain,
    reserve: async (sizeBytes) => {
      const free = await freeBytes();
      const own = options.evictsFromDisk ? account.usedBytes() : 0;
      // A request that can never fit evicts nothing.
      if (
        sizeBytes > mostBytes() ||
        sizeBytes + marginBytes > free + own + account.reservedBytes() + others.yieldableBytes()
      )
        throw full(sizeBytes, options.hints.tooLarge);
      // A new request does not overtake waiting ones.
      const before = [...waiting].reduce((sum, waiter) => sum + waiter.sizeBytes, 0);
      if (fits(free, before + sizeBytes)) {
        const reservation = promise(sizeBytes);
        if (heldBytes() > highWater * mostBytes()) serveSoon();
        return reservation;
      }
      return new Promise<Reservation>((resolve, reject) => {
        const untilMs = performance.now() + options.patienceMs;
        waiting.add({ sizeBytes, untilMs, admit: resolve, refuse: reject });
        serveSoon();
      });
    },
  };
}

function full(sizeBytes: number, hint: string): GgufError {
  return new GgufError('STORAGE_FULL', `there is no room for ${sizeBytes} bytes`, { hint });
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
