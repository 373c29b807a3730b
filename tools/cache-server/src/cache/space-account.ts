/** Room that is promised to a receiver of bytes. */
export interface Reservation {
  /** Takes the number of bytes that are on the disk by now and no longer part of its free space. */
  wrote: (totalBytes: number) => void;
  /**
   * Gives the room back: the bytes are in the storage and counted there, or will not come. May be called
   * again.
   */
  release: () => void;
}

/** Bytes that somebody wants room for. */
export interface SpaceRequest {
  sizeBytes: number;
  isTrusted: boolean;
}

/** Limits of an account, in bytes. */
export interface SpaceLimits {
  maxBytes: number;
  /** The most that may be promised to all untrusted namespaces together. */
  untrustedBytes: number;
  /** Bytes of the disk that are left to the rest of the machine. */
  marginBytes: number;
  /** The bytes that are kept at the beginning. */
  usedBytes: number;
}

/** The kept and the promised bytes. The account promises any request; the caller checks it first. */
export interface SpaceAccount {
  usedBytes: () => number;
  reservedBytes: () => number;
  /** The part of the reserved bytes that is promised to untrusted namespaces. */
  untrustedBytes: () => number;
  add: (sizeBytes: number) => void;
  /** Replaces the kept bytes by a new count. */
  recount: (usedBytes: number) => void;
  /** The bytes that would exceed the room and the disk once `moreBytes` are added; 0 when they fit. */
  excess: (freeBytes: number, moreBytes: number) => { room: number; disk: number };
  fits: (freeBytes: number, moreBytes: number) => boolean;
  /** True when a request keeps within what may be promised to namespaces that are not trusted. */
  hasShare: (request: SpaceRequest) => boolean;
  promise: (sizeBytes: number, isTrusted: boolean) => Reservation;
}

/** An account that calls `onRelease` whenever promised room is given back. */
export function createSpaceAccount(limits: SpaceLimits, onRelease: () => void): SpaceAccount {
  let used = limits.usedBytes;
  let reserved = 0;
  let untrusted = 0;
  /** The part of the reserved bytes that is still to be written. */
  let awaited = 0;

  const excess = (freeBytes: number, moreBytes: number): { room: number; disk: number } => ({
    room: Math.max(0, used + reserved + moreBytes - limits.maxBytes),
    disk: Math.max(0, awaited + moreBytes + limits.marginBytes - freeBytes),
  });

  const promise = (sizeBytes: number, isTrusted: boolean): Reservation => {
    let isHeld = true;
    let written = 0;
    reserved += sizeBytes;
    awaited += sizeBytes;
    if (!isTrusted) untrusted += sizeBytes;
    return {
      wrote: (totalBytes) => {
        if (!isHeld) return;
        const now = Math.min(totalBytes, sizeBytes);
        awaited -= now - written;
        written = now;
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        reserved -= sizeBytes;
        awaited -= sizeBytes - written;
        if (!isTrusted) untrusted -= sizeBytes;
        onRelease();
      },
    };
  };

  return {
    usedBytes: () => used,
    reservedBytes: () => reserved,
    untrustedBytes: () => untrusted,
    add: (sizeBytes) => {
      used += sizeBytes;
    },
    recount: (usedBytes) => {
      used = usedBytes;
    },
    excess,
    fits: (freeBytes, moreBytes) => {
      const { room, disk } = excess(freeBytes, moreBytes);
      return room === 0 && disk === 0;
    },
    hasShare: ({ sizeBytes, isTrusted }) => isTrusted || untrusted + sizeBytes <= limits.untrustedBytes,
    promise,
  };
}
