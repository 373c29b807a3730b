import type { ByteSource } from '../byte-source.js';
import { bytesSource } from './bytes-source.js';

/** A source over bytes that counts what is read from it. */
export interface WatchedSource extends ByteSource {
  readonly reads: { offset: number; length: number }[];
}

/** Bytes in memory as a source that remembers each read; `sizeBytes` can claim a larger file. */
export function watchedSource(bytes: Uint8Array, sizeBytes = bytes.length): WatchedSource {
  const inner = bytesSource(bytes);
  const reads: { offset: number; length: number }[] = [];
  return {
    sizeBytes,
    reads,
    read: (offset, length) => {
      reads.push({ offset, length });
      return inner.read(offset, Math.min(length, bytes.length - offset));
    },
  };
}
