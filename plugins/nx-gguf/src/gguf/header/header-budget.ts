import type { ByteCursor } from '../byte-cursor.js';

/** What the values of one header may take together; those of a real model take a small part of it. */
export interface HeaderBudget {
  /** Counts the strings of an array. Throws GGUF_LIMIT when those of all arrays are too many. */
  takeStrings(count: number, cursor: Pick<ByteCursor, 'passes'>): void;
  /** Counts the bytes of a text. Throws GGUF_LIMIT when those of all texts are too many. */
  takeText(bytes: number, cursor: Pick<ByteCursor, 'passes'>): void;
  /** Bytes that items of arrays may still take in memory; an array that does not fit is passed over. */
  roomBytes(): number;
  /** Takes some of them. */
  hold(bytes: number): void;
}

// The largest vocabularies have 262,144 tokens and 514,906 merges. Each length is read, so strings take time.
const mostStrings = 4 * 1024 * 1024;
// A tokenizer.json that is kept as a text has up to 16 MiB, a chat template some 10 KiB.
const mostTextBytes = 32 * 1024 * 1024;
const mostHeldBytes = 4 * 1024 * 1024;

/** The budget of one header. */
export function headerBudget(): HeaderBudget {
  let [strings, textBytes, heldBytes] = [0, 0, 0];
  return {
    takeStrings: (count, cursor) => {
      strings += count;
      if (strings > mostStrings)
        throw cursor.passes(`the arrays of the metadata have more than ${mostStrings} strings`);
    },
    takeText: (bytes, cursor) => {
      textBytes += bytes;
      if (textBytes > mostTextBytes)
        throw cursor.passes(`the texts of the metadata have more than ${mostTextBytes} bytes`);
    },
    roomBytes: () => mostHeldBytes - heldBytes,
    hold: (bytes) => {
      heldBytes += bytes;
    },
  };
}
