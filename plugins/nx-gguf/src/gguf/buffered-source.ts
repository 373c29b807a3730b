import type { ByteSource } from './byte-source.js';

const windowBytes = 64 * 1024;

/**
 * A source that reads at least 64 KiB at once and keeps what it read last: many small reads, one behind the
 * other, are few reads of the file.
 */
export function bufferedSource(source: ByteSource): ByteSource {
  let start = 0;
  let held: Uint8Array = new Uint8Array();
  return {
    ...source,
    read: async (offset, length) => {
      if (length > windowBytes) return source.read(offset, length);
      if (offset < start || offset + length > start + held.length) {
        held = await source.read(offset, Math.max(length, Math.min(windowBytes, source.sizeBytes - offset)));
        start = offset;
      }
      return held.subarray(offset - start, offset - start + length);
    },
  };
}
