import { crc32 } from 'node:zlib';
import { GgufError } from '../../core/errors.js';
import { baseHead, baseHeadBytes, baseSizeBytes, readBaseHead, type BaseShape } from './base-format.js';
import { byteReader, type ByteReader } from './byte-reader.js';
import { orderedConcurrency } from './ordered-concurrency.js';
import { packPlane, unpackPlane } from './packed-plane.js';
import { joinWords, splitWords, type SparseWords } from './sparse-words.js';

// The container, all integers of 32 bits and little-endian: head magic, version, the 20 bytes that a base
// file begins with, bytes of a frame, CRC-32 of all before frame lengths: packed mask, words that are not
// zero, packed high bytes, packed low bytes; CRC-32; the three planes Frames hold the rest of the base file
// as 16-bit words, each the same number of bytes but the last. A frame's checksum goes on from that of the
// frame before, so it covers the order too.
const magic = 'nxggbase';
const version = 1;
const headBytes = magic.length + 4 + baseHeadBytes + 8;
const frameHeadBytes = 20;
const frameBytes = 2 << 20;
const mostFrameBytes = 64 << 20;
const inFlight = 4;

/** A frame on its way: its parts, its checksum, and the words themselves. */
interface Frame {
  readonly parts: SparseWords;
  readonly checksum: number;
}

/** The planes of a frame as they were read. */
interface PackedFrame {
  readonly count: number;
  readonly kept: number;
  readonly planes: readonly [mask: Uint8Array, high: Uint8Array, low: Uint8Array];
  readonly checksum: number;
}

/**
 * Encodes a base file of llama-perplexity without loss, in a few MiB of memory whatever its size. Real models
 * give all but a few tokens the tool's floor, which is stored as zero: these cost a fraction of a bit.
 * CPU-heavy work runs in libuv's threads.
 * @throws GgufError `KLD_BASE_WRONG` when the source is no base file, `KLD_BASE_CUT` when it ends too early.
 */
export async function* encodeBase(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = byteReader(source);
  try {
    const start = new Uint8Array(baseHeadBytes);
    if ((await reader.fill(start)) < baseHeadBytes) throw cut();
    const shape = readBaseHead(start);
    yield containerHead(shape);
    for await (const pieces of orderedConcurrency(wordFrames(reader, shape), packFrame, inFlight))
      yield* pieces;
    if ((await reader.fill(new Uint8Array(1))) > 0)
      throw new GgufError('KLD_BASE_WRONG', 'the base file goes on after its last row', {
        hint: 'Something else wrote into it: run the base pass again.',
      });
  } finally {
    await reader.close();
  }
}

/**
 * The base file that was encoded, byte for byte, in a few MiB of memory. What is damaged never comes out:
 * each piece is checked before it is yielded.
 * @throws GgufError `KLD_KEPT_BASE_UNKNOWN` when the source is no encoded base of this version,
 *   `KLD_KEPT_BASE_DAMAGED` when it is cut or changed.
 */
export async function* decodeBase(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = byteReader(source);
  try {
    const { shape, bytesPerFrame } = readContainerHead(await exactly(reader, headBytes));
    const start = baseHead(shape);
    yield start;
    let checksum = crc32(start);
    for await (const { packed, parts } of orderedConcurrency(
      packedFrames(reader, shape, bytesPerFrame),
      unpackFrame,
      inFlight,
    )) {
      const words = parts === null ? null : joinWords(parts);
      if (words === null) throw damaged('a frame does not hold what it announces');
      const bytes = new Uint8Array(words.buffer);
      checksum = crc32(bytes, checksum);
      if (checksum !== packed.checksum)
        throw damaged('a frame has another checksum than when it was written');
      yield bytes;
    }
    if ((await reader.fill(new Uint8Array(1))) > 0) throw damaged('it goes on after its last frame');
  } finally {
    await reader.close();
  }
}

function containerHead(shape: BaseShape): Uint8Array {
  const head = Buffer.alloc(headBytes);
  head.write(magic, 'latin1');
  head.writeUInt32LE(version, magic.length);
  head.set(baseHead(shape), magic.length + 4);
  head.writeUInt32LE(frameBytes, headBytes - 8);
  head.writeUInt32LE(crc32(head.subarray(0, -4)), headBytes - 4);
  return head;
}

function readContainerHead(bytes: Uint8Array): { shape: BaseShape; bytesPerFrame: number } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = head.readUInt32LE(magic.length);
  if (head.toString('latin1', 0, magic.length) !== magic || found !== version) {
    throw new GgufError('KLD_KEPT_BASE_UNKNOWN', 'these bytes are no kept base that this version reads', {
      hint: 'Another version of nx-gguf may have written it. It is not used: the base pass runs again.',
    });
  }
  if (crc32(head.subarray(0, -4)) !== head.readUInt32LE(headBytes - 4))
    throw damaged('its head has another checksum than when it was written');
  const bytesPerFrame = head.readUInt32LE(headBytes - 8);
  if (bytesPerFrame % 16 !== 0 || bytesPerFrame < 16 || bytesPerFrame > mostFrameBytes)
    throw damaged(`it states frames of ${bytesPerFrame} bytes`);
  return {
    shape: readBaseHead(head.subarray(magic.length + 4, magic.length + 4 + baseHeadBytes)),
    bytesPerFrame,
  };
}

async function* wordFrames(reader: ByteReader, shape: BaseShape): AsyncGenerator<Frame, void, undefined> {
  const buffer = new Uint16Array(frameBytes / 2);
  let checksum = crc32(baseHead(shape));
  for (const size of frameSizes(shape, frameBytes)) {
    const words = buffer.subarray(0, size / 2);
    const bytes = new Uint8Array(buffer.buffer, 0, size);
    if ((await reader.fill(bytes)) < size) throw cut();
    checksum = crc32(bytes, checksum);
    yield { parts: splitWords(words), checksum };
  }
}

async function packFrame({ parts, checksum }: Frame): Promise<Uint8Array[]> {
  const planes = await Promise.all([packPlane(parts.mask), packPlane(parts.high), packPlane(parts.low)]);
  const head = Buffer.alloc(frameHeadBytes);
  [planes[0].length, parts.high.length, planes[1].length, planes[2].length, checksum].forEach(
    (value, index) => head.writeUInt32LE(value, index * 4),
  );
  return [head, ...planes];
}

async function* packedFrames(
  reader: ByteReader,
  shape: BaseShape,
  bytesPerFrame: number,
): AsyncGenerator<PackedFrame, void, undefined> {
  for (const size of frameSizes(shape, bytesPerFrame)) {
    const head = Buffer.from((await exactly(reader, frameHeadBytes)).buffer);
    const [mask, kept, high, low, checksum] = [0, 4, 8, 12, 16].map((offset) =>
      head.readUInt32LE(offset),
    ) as [number, number, number, number, number];
    const count = size / 2;
    if (mask > Math.ceil(count / 8) || kept > count || high > kept || low > kept)
      throw damaged('a frame announces more than it can hold');
    yield {
      count,
      kept,
      checksum,
      planes: [await exactly(reader, mask), await exactly(reader, high), await exactly(reader, low)],
    };
  }
}

async function unpackFrame(packed: PackedFrame): Promise<{ packed: PackedFrame; parts: SparseWords | null }> {
  const { count, kept, planes } = packed;
  const [mask, high, low] = await Promise.all([
    unpackPlane(planes[0], Math.ceil(count / 8)),
    unpackPlane(planes[1], kept),
    unpackPlane(planes[2], kept),
  ]);
  return {
    packed,
    parts: mask === null || high === null || low === null ? null : { count, mask, high, low },
  };
}

/** The sizes of the frames that hold all of a base file but its head. */
function* frameSizes(shape: BaseShape, bytesPerFrame: number): Generator<number, void, undefined> {
  for (let left = baseSizeBytes(shape) - baseHeadBytes; left > 0; left -= bytesPerFrame)
    yield Math.min(left, bytesPerFrame);
}

async function exactly(reader: ByteReader, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  if ((await reader.fill(bytes)) < length) throw damaged('it ends too early');
  return bytes;
}

function cut(): GgufError {
  return new GgufError('KLD_BASE_CUT', 'the base file ends before its last row', {
    hint: 'The base pass was interrupted or failed. Run it again.',
  });
}

function damaged(what: string): GgufError {
  return new GgufError('KLD_KEPT_BASE_DAMAGED', `the kept base is damaged: ${what}`, {
    hint: 'It is not used: the base pass runs again. `npx nx-gguf store verify --repair` finds and removes damage.',
  });
}
