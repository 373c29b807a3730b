import type { ByteSource } from '../byte-source.js';

/** Bytes held in memory, as a source. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => {
      const inside = offset >= 0 && offset + length <= bytes.length;
      return inside
        ? Promise.resolve(bytes.subarray(offset, offset + length))
        : Promise.reject(new RangeError(`no bytes ${offset} to ${offset + length}`));
    },
  };
}
