import type { GgufError } from '../core/errors.js';
import type { ByteSource } from './byte-source.js';
import { headerError } from './header/header-error.js';

const firstWindowBytes = 256 * 1024;
const largestWindowBytes = 4 * 1024 * 1024;
const two32 = 2 ** 32;
// Looked up once: in a context of node:vm, as that of a test, each look at a global costs more than the work.
const { isSafeInteger } = Number;
const text = new TextDecoder('utf-8', { ignoreBOM: true });
const strictText = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** A little-endian reader that moves forward through a source and holds one window of it. */
export interface ByteCursor {
  /** Offset of the next byte. */
  position(): number;
  /** Names what is being read, for the message of an error. */
  naming(what: string): void;
  /** True if the window already holds the next `length` bytes, so that they can be taken at once. */
  holds(length: number): boolean;
  /**
   * Reads on until the window holds the next `length` bytes. Throws GGUF_TRUNCATED at the end of the source.
   */
  fill(length: number): Promise<void>;
  /** Moves on without reading. Throws GGUF_TRUNCATED beyond the end of the source. */
  skip(length: number): void;
  /** Takes bytes that the window holds, through its DataView. */
  take<T>(length: number, read: (view: DataView, at: number) => T): T;
  /** Takes a copy of bytes that the window holds. */
  takeBytes(length: number): Uint8Array;
  /** The GGUF_LIMIT of what is being read here, for a limit in words. */
  passes(limit: string): GgufError;
  /** Takes a 64-bit length, count or offset. Throws GGUF_LIMIT above `limit`. */
  takeSize(limit: number): number;
  /** Takes UTF-8 text; invalid sequences become U+FFFD. */
  takeText(length: number): string;
  /** Takes UTF-8 text, or gives null if it is invalid. */
  takeStrictText(length: number): string | null;
}

/** A cursor at the start of the first `limitBytes` bytes of a source. */
export function byteCursor(source: ByteSource, limitBytes: number): ByteCursor {
  let view: DataView = new DataView(new ArrayBuffer(0));
  let windowStart = 0;
  let windowBytes = firstWindowBytes;
  let position = 0;
  let what = 'the header';

  const requireInside = (length: number): void => {
    const end = position + length;
    if (end > source.sizeBytes) {
      throw headerError(
        'GGUF_TRUNCATED',
        `the file ends at byte ${source.sizeBytes}, inside ${what}, which starts at byte ${position} and needs ${length} bytes`,
      );
    }
    if (end > limitBytes) throw passes(`the header is larger than ${limitBytes} bytes`);
  };
  const passes = (limit: string): GgufError =>
    headerError('GGUF_LIMIT', `${limit}; ${what} at byte ${position} passes that limit`);
  const holds = (length: number): boolean => position + length <= windowStart + view.byteLength;
  const take = <T>(length: number, read: (view: DataView, at: number) => T): T => {
    const value = read(view, position - windowStart);
    position += length;
    return value;
  };
  const bytes = (length: number): Uint8Array =>
    take(length, (from, at) => new Uint8Array(from.buffer, from.byteOffset + at, length));

  return {
    position: () => position,
    naming: (name) => {
      what = name;
    },
    holds,
    fill: async (length) => {
      if (holds(length)) return;
      requireInside(length);
      const wanted = Math.min(Math.max(length, windowBytes), source.sizeBytes - position);
      const read = await source.read(position, wanted);
      if (read.length !== wanted)
        throw headerError(
          'GGUF_TRUNCATED',
          `read ${read.length} of ${wanted} bytes at byte ${position}, inside ${what}`,
        );
      view = new DataView(read.buffer, read.byteOffset, read.byteLength);
      windowStart = position;
      windowBytes = Math.min(windowBytes * 2, largestWindowBytes);
    },
    skip: (length) => {
      requireInside(length);
      position += length;
    },
    take,
    takeBytes: (length) => bytes(length).slice(),
    passes,
    takeSize: (limit) => {
      const at = position;
      // A vocabulary has a million lengths: two halves are many times faster than a bigint.
      const value = take(
        8,
        (from, place) => from.getUint32(place + 4, true) * two32 + from.getUint32(place, true),
      );
      if (isSafeInteger(value) && value <= limit) return value;
      const said = view.getBigUint64(at - windowStart, true);
      throw headerError('GGUF_LIMIT', `${what} at byte ${at} says ${said.toString()}; the limit is ${limit}`);
    },
    takeText: (length) => text.decode(bytes(length)),
    takeStrictText: (length) => {
      try {
        return strictText.decode(bytes(length));
      } catch {
        return null;
      }
    },
  };
}
