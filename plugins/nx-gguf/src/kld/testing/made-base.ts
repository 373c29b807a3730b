import { seededRandom } from '../../core/seeded-random.js';
import {
  baseChunkRows,
  baseHead,
  baseHeadBytes,
  baseRowBytes,
  baseSizeBytes,
  type BaseShape,
} from '../base/base-format.js';

/** How many of the words of a row are zero, as one row differs from the next. */
export type Sharpness = 'none' | 'some' | 'most' | 'all' | 'mixed';

const zeroShare: Readonly<Record<Sharpness, (random: () => number) => number>> = {
  none: () => 0,
  some: () => 0.5,
  most: () => 0.95,
  all: () => 1,
  mixed: (random) => random() ** 0.1,
};

const differentRows = 30;

/**
 * A base file with seeded tokens and rows: scale and minimum as floats, zeros as asked, and any other 16
 * bits. Rows repeat after thirty.
 */
export function madeBase(shape: BaseShape, seed: number, sharpness: Sharpness = 'mixed'): Uint8Array {
  const random = seededRandom(seed);
  const bytes = new Uint8Array(baseSizeBytes(shape));
  const view = new DataView(bytes.buffer);
  bytes.set(baseHead(shape));
  const rowsAt = baseHeadBytes + shape.ctx * shape.chunks * 4;
  for (let offset = baseHeadBytes; offset < rowsAt; offset += 4)
    view.setInt32(offset, Math.floor(random() * shape.vocabulary), true);
  const rows = shape.chunks * baseChunkRows(shape);
  for (let row = 0; row < Math.min(rows, differentRows); row += 1) {
    const start = rowsAt + row * baseRowBytes(shape);
    const zeros = zeroShare[sharpness](random);
    view.setFloat32(start, 16 / 65_535, true);
    view.setFloat32(start + 4, -16 - random(), true);
    for (let token = 0; token < shape.vocabulary; token += 1)
      if (random() >= zeros) view.setUint16(start + 8 + token * 2, 1 + Math.floor(random() * 65_535), true);
  }
  const period = differentRows * baseRowBytes(shape);
  for (let start = rowsAt + period; start < bytes.length; start += period)
    bytes.copyWithin(start, rowsAt, Math.min(rowsAt + period, rowsAt + bytes.length - start));
  return bytes;
}

/** The bytes in pieces of the sizes that the function gives, at least one byte each. */
export async function* inPieces(
  bytes: Uint8Array,
  size: () => number,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < bytes.length;) {
    const end = offset + Math.max(1, Math.floor(size()));
    yield await Promise.resolve(bytes.subarray(offset, end));
    offset = end;
  }
}

/** All bytes of a stream. */
export async function collected(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}
