/** Bytes that can be read at any place. A read is exact: `length` bytes or a rejection. */
export interface ByteSource {
  /** What errors call the file by, where somebody named it. */
  readonly name?: string;
  readonly sizeBytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A place in a file, in bytes from its start. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}
