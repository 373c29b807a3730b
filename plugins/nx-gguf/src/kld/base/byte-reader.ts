/** Reads a stream of pieces of any size in portions of known size. */
export interface ByteReader {
  /** Fills the bytes from the stream; the number filled is smaller only where the stream ends. */
  fill: (into: Uint8Array) => Promise<number>;
  /** Tells the stream that no more is wanted. */
  close: () => Promise<void>;
}

/** A reader over pieces; it holds one piece at a time. */
export function byteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const pieces = source[Symbol.asyncIterator]();
  let piece = new Uint8Array(0);
  let isOver = false;
  return {
    fill: async (into) => {
      let filled = 0;
      while (filled < into.length) {
        if (piece.length === 0) {
          const next = isOver ? undefined : await pieces.next();
          if (next === undefined || next.done === true) {
            isOver = true;
            break;
          }
          piece = next.value as Uint8Array<ArrayBuffer>;
        }
        const part = piece.subarray(0, into.length - filled);
        into.set(part, filled);
        filled += part.length;
        piece = piece.subarray(part.length);
      }
      return filled;
    },
    close: async () => {
      if (!isOver) await pieces.return?.();
      isOver = true;
    },
  };
}
