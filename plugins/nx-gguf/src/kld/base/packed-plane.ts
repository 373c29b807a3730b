import { promisify } from 'node:util';
import { constants, deflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';

const deflate = promisify<Uint8Array, ZlibOptions, Buffer>(deflateRaw);
const inflate = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

const sampledBytes = 1 << 16;
const noiseBitsPerByte = 7.9;

/**
 * A plane of bytes in fewer bytes where that is possible, else the plane itself: a result of the plane's
 * length is the plane. The work is done in threads of libuv.
 */
export async function packPlane(plane: Uint8Array): Promise<Uint8Array> {
  if (plane.length >= sampledBytes && sampledEntropy(plane) > noiseBitsPerByte) return plane;
  // Matches of earlier bytes hardly occur here; runs do, and the rest is up to the Huffman code.
  const packed = await deflate(plane, {
    level: 1,
    strategy: constants.Z_RLE,
    memLevel: 9,
    chunkSize: plane.length + 1024,
  });
  return packed.length < plane.length ? packed : plane;
}

/** The plane of that length that was packed; null when these bytes hold no such plane. */
export async function unpackPlane(packed: Uint8Array, length: number): Promise<Uint8Array | null> {
  if (packed.length === length) return packed;
  const plane = await inflate(packed, { maxOutputLength: Math.max(1, length), chunkSize: length + 64 }).catch(
    () => null,
  );
  return plane?.length === length ? plane : null;
}

/** Bits that a byte carries, by the frequencies in an even sample. */
function sampledEntropy(plane: Uint8Array): number {
  const counts = new Float64Array(256);
  const step = Math.max(1, Math.floor(plane.length / sampledBytes));
  let total = 0;
  for (let index = 0; index < plane.length; index += step) {
    const byte = plane[index] ?? 0;
    counts[byte] = (counts[byte] ?? 0) + 1;
    total += 1;
  }
  return counts.reduce(
    (bits, count) => (count === 0 ? bits : bits - (count / total) * Math.log2(count / total)),
    0,
  );
}
