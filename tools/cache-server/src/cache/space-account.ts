/** Room that is promised to a receiver of bytes. */
export interface Reservation {
  /** Takes the number of bytes that are on the disk by now and no longer part of its free space. */
  wrote: (totalBytes: number) => void;
  /**
   * Gives the room back: the bytes are in the storage and counted there, or will not come. May be called
   * again.
   */
  release: () => void;
  /** True once the promise was taken back: somebody who comes first needs the room. */
  isRevoked: () => boolean;
  /** Calls back when that happens. */
  onRevoked: (callback: () => void) => void;
}

/** The kept and the promised bytes of a part of the room. The account promises any request; the caller checks it first. */
export interface SpaceAccount {
  usedBytes: () => number;
  reservedBytes: () => number;
  /** The part of the reserved bytes that is still to be written. */
  awaitedBytes: () => number;
  add: (sizeBytes: number) => void;
  /** Replaces the kept bytes by a new count. */
  recount: (usedBytes: number) => void;
  promise: (sizeBytes: number) => Reservation;
  /** Takes promises back, the latest first, until no more bytes are promised than these. */
  revokeTo: (reservedBytes: number) => void;
}

/** An account that calls `onRelease` whenever promised room is given back. */
export function createSpaceAccount(usedBytes: number, onRelease: () => void): SpaceAccount {
  let used = usedBytes;
  let [reserved, awaited] = [0, 0];
  const held = new Map<Reservation, { sizeBytes: number; revoke: () => void }>();

  const promise = (sizeBytes: number): Reservation => {
    let written = 0;
    let isRevoked = false;
    const callbacks: (() => void)[] = [];
    reserved += sizeBytes;
    awaited += sizeBytes;
    const reservation: Reservation = {
      wrote: (totalBytes) => {
        if (!held.has(reservation)) return;
        const now = Math.min(totalBytes, sizeBytes);
        awaited -= now - written;
        written = now;
      },
      release: () => {
        if (!held.delete(reservation)) return;
        reserved -= sizeBytes;
        awaited -= sizeBytes - written;
        onRelease();
      },
      isRevoked: () => isRevoked,
      onRevoked: (callback) => void callbacks.push(callback),
    };
    const revoke = (): void => {
      isRevoked = true;
      reservation.release();
      for (const callback of callbacks) callback();
    };
    held.set(reservation, { sizeBytes, revoke });
    return reservation;
  };

  return {
    usedBytes: () => used,
    reservedBytes: () => reserved,
    awaitedBytes: () => awaited,
    add: (sizeBytes) => {
      used += sizeBytes;
    },
    recount: (counted) => {
      used = counted;
    },
    promise,
    revokeTo: (most) => {
      for (const { revoke } of [...held.values()].reverse()) {
        if (reserved <= most) return;
        revoke();
      }
    },
  };
}
