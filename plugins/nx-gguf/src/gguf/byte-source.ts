/** Bytes that can be read at any place. A read is exact: `length` bytes or a rejection. */
export interface ByteSource {
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A place in a file, in bytes from its start. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

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
