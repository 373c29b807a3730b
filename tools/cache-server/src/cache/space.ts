import { GgufError } from 'nx-gguf/store';

/** Room that was promised to somebody who receives bytes. */
export interface Reservation {
  /** Gives the room back: the bytes are in the storage and counted there, or will not come. May be called again. */
  release: () => void;
}

/** How much there is and may be, and who is promised room. Bytes. */
export interface Space {
  maxBytes: number;
  usedBytes: () => number;
  reservedBytes: () => number;
  /**
   * Promises room for bytes that are about to come; makes room first when there is too little.
   * @throws GgufError `STORAGE_FULL`
   */
  reserve: (sizeBytes: number, isTrusted: boolean) => Promise<Reservation>;
  /** As `reserve` for bytes that are there already in part, of an upload that outlived a restart. */
  keepReserved: (sizeBytes: number, isTrusted: boolean) => Reservation;
  added: (sizeBytes: number) => void;
  removed: (sizeBytes: number) => void;
  /** What eviction counted. */
  counted: (usedBytes: number) => void;
}

/** What an eviction is to reach, in bytes: no more than so much kept, with what is promised to untrusted namespaces counted as theirs already. */
export interface Room {
  keepBytes: number;
  untrustedBytes: number;
}

/** What a space is made of. */
export interface SpaceOptions {
  maxBytes: number;
  /** Share of `maxBytes` above which room is made ahead of need. */
  highWater: number;
  lowWater: number;
  /** What may be promised to namespaces that are not trusted, together. */
  untrustedBytes: number;
  usedBytes: number;
  /** What the disk has left, or null when it is not known. */
  freeBytes: () => Promise<number | null>;
  /** Bytes that are left to the rest of the machine. */
  marginBytes: number;
  /** Removes until there is the room, as far as it may; how many bytes that were. */
  evictTo: (room: Room) => Promise<number>;
  nowMs: () => number;
}

/** So often the least recently used is looked for anew: what was found may be used meanwhile, and others may ask for room. */
const mostLooks = 3;
/** After an eviction that found nothing that may go, nobody needs to look again for this long. */
const fruitlessMs = 1000;

/** Accounts for the bytes of a storage. */
export function createSpace(options: SpaceOptions): Space {
  const { maxBytes, highWater, lowWater, marginBytes } = options;
  let used = options.usedBytes;
  let reserved = 0;
  let untrustedBytes = 0;
  const count = (sizeBytes: number, isTrusted: boolean): void => {
    reserved += sizeBytes;
    if (!isTrusted) untrustedBytes += sizeBytes;
  };
  const promise = (sizeBytes: number, isTrusted: boolean): Reservation => {
    let isHeld = true;
    count(sizeBytes, isTrusted);
    return {
      release: () => {
        if (isHeld) count(-sizeBytes, isTrusted);
        isHeld = false;
      },
    };
  };
  /** Bytes that are too many once so many more have come; 0 when they fit. */
  const excess = async (): Promise<number> => {
    const free = (await options.freeBytes()) ?? Infinity;
    return Math.max(0, used + reserved - maxBytes, reserved + marginBytes - free);
  };
  let nextLookMs = 0;
  const makeRoom = singleFlight(async () => {
    if (options.nowMs() < nextLookMs) return;
    for (let look = 0; look < mostLooks; look++) {
      const over = await excess();
      if (look > 0 && over === 0) return;
      const removed = await options.evictTo({ keepBytes: Math.max(0, Math.min(lowWater * maxBytes - reserved, used - over)), untrustedBytes });
      if (removed > 0) continue;
      // That there is too little room may be due to those who asked meanwhile; that nothing could go is not.
      nextLookMs = options.nowMs() + fruitlessMs;
      return;
    }
  });
  return {
    maxBytes,
    usedBytes: () => used,
    reservedBytes: () => reserved,
    keepReserved: promise,
    added: (sizeBytes) => void (used += sizeBytes),
    removed: (sizeBytes) => void (used -= sizeBytes),
    counted: (usedBytes) => void (used = usedBytes),
    reserve: async (sizeBytes, isTrusted) => {
      // Else promises alone, for bytes that never come, would push out what everybody reads.
      if (!isTrusted && untrustedBytes + sizeBytes > options.untrustedBytes) throw full(sizeBytes, 'Namespaces that are not trusted share a part of the room (untrustedShare), and most of it is promised to uploads under way. Try again later.');
      // Promised before it is known whether there is room, so that others who ask meanwhile count it.
      const reservation = promise(sizeBytes, isTrusted);
      try {
        if ((await excess()) > 0) await makeRoom();
        else if (used + reserved > highWater * maxBytes) void makeRoom().catch(() => undefined);
        if ((await excess()) === 0) return reservation;
      } catch (error) {
        reservation.release();
        throw error;
      }
      reservation.release();
      throw full(sizeBytes, 'What was used a moment ago is not evicted. Give the server more room (maxBytes), or try again later.');
    },
  };
}

function full(sizeBytes: number, hint: string): GgufError {
  return new GgufError('STORAGE_FULL', `there is no room for ${sizeBytes} bytes`, { hint });
}

/** A work that runs once at a time; who asks while it runs gets the run that follows. */
function singleFlight(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    running = work().finally(() => void (running = null));
    return running;
  };
  return () => {
    if (running === null) return start();
    next ??= running.catch(() => undefined).then(() => {
      next = null;
      return start();
    });
    return next;
  };
}
