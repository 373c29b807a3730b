import { isGgufError } from '../../core/errors.js';
import { seededRandom } from '../../core/seeded-random.js';
import { decodeBase, encodeBase } from './base-encoding.js';
import { collected, inPieces, madeBase, type Sharpness } from '../testing/made-base.js';

const headBytes = 40;
const small = { ctx: 12, vocabulary: 29, chunks: 3 };
// Several frames of two MiB, the last one short.
const large = { ctx: 64, vocabulary: 6001, chunks: 14 };

const whole = (bytes: Uint8Array): AsyncIterable<Uint8Array> => inPieces(bytes, () => bytes.length);
const encoded = (bytes: Uint8Array): Promise<Uint8Array> => collected(encodeBase(whole(bytes)));

/** 'same', 'other' or the code of the error. */
async function decoding(bytes: Uint8Array, expected: Uint8Array): Promise<string> {
  try {
    return Buffer.compare(await collected(decodeBase(whole(bytes))), expected) === 0 ? 'same' : 'other';
  } catch (error) {
    if (!isGgufError(error)) throw error;
    return error.code;
  }
}

describe('an encoded base', () => {
  it('decodes to the same bytes, whatever the shape, the rows and the pieces they come in', async () => {
    const random = seededRandom(2);
    for (let round = 0; round < 120; round += 1) {
      const shape = {
        ctx: 1 + Math.floor(random() * 40),
        vocabulary: 1 + Math.floor(random() * 300),
        chunks: 1 + Math.floor(random() * 4),
      };
      const base = madeBase(shape, round, (['none', 'some', 'most', 'all', 'mixed'] as const)[round % 5]);
      const pieces = () => random() ** 4 * 5000;
      const kept = await collected(encodeBase(inPieces(base, pieces)));
      expect(Buffer.compare(await collected(decodeBase(inPieces(kept, pieces))), base)).toBe(0);
    }
  });

  it.each<[Sharpness, number]>([
    ['all', 0.001],
    ['most', 0.13],
    ['some', 0.6],
    ['none', 1.001],
  ])('with rows where %s words are zero takes at most %d of the room', async (sharpness, share) => {
    const base = madeBase(large, 5, sharpness);
    const kept = await encoded(base);
    expect(await decoding(kept, base)).toBe('same');
    expect(kept.length / base.length).toBeLessThan(share);
  });

  it('is the same for the same base', async () => {
    const base = madeBase(small, 9);
    expect(await encoded(base)).toEqual(await collected(encodeBase(inPieces(base, () => 7))));
  });

  it('is made and read without reading far ahead of a slow consumer', async () => {
    const base = madeBase({ ...large, chunks: 50 }, 1, 'none');
    for (const [code, bytes] of [
      [encodeBase, base],
      [decodeBase, await encoded(base)],
    ] as const) {
      let taken = 0;
      const stream = code(
        inPieces(bytes, () => {
          taken += 65_536;
          return 65_536;
        }),
      );
      for (let pieces = 0; pieces < 3; pieces += 1) await stream.next();
      // Four frames of two MiB are in work, and one more is read.
      expect(taken).toBeGreaterThan(2 << 20);
      expect(taken).toBeLessThan(11 << 20);
      await stream.return();
    }
  });

  it('ends its source when it is not read to the end', async () => {
    let isClosed = false;
    const source = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield* whole(madeBase(large, 1));
      } finally {
        isClosed = true;
      }
    };
    for await (const piece of encodeBase(source())) if (piece.length > 0) break;
    expect(isClosed).toBe(true);
  });
});

describe('what is no base file', () => {
  const base = madeBase(small, 3);
  const code = async (bytes: Uint8Array): Promise<string> =>
    encoded(bytes).then(
      () => 'encoded',
      (error: unknown) => (isGgufError(error) ? error.code : String(error)),
    );

  it.each([
    ['nothing', new Uint8Array(0), 'KLD_BASE_CUT'],
    ['a base cut in its head', base.subarray(0, 13), 'KLD_BASE_CUT'],
    ['a base cut in its tokens', base.subarray(0, 100), 'KLD_BASE_CUT'],
    ['a base without its last byte', base.subarray(0, -1), 'KLD_BASE_CUT'],
    ['a base with a byte more', Buffer.concat([base, Buffer.alloc(1)]), 'KLD_BASE_WRONG'],
    ['a text', Buffer.from('This is a text that is no base file.'), 'KLD_BASE_WRONG'],
  ])('is not encoded: %s', async (_, bytes, expected) => {
    expect(await code(bytes)).toBe(expected);
  });
});

describe('a damaged encoded base', () => {
  const base = madeBase(small, 4);

  it('is refused when cut at any byte', async () => {
    const kept = await encoded(base);
    for (let length = 0; length < kept.length; length += 1)
      expect(await decoding(kept.subarray(0, length), base)).toBe('KLD_KEPT_BASE_DAMAGED');
    expect(await decoding(Buffer.concat([kept, Buffer.alloc(1)]), base)).toBe('KLD_KEPT_BASE_DAMAGED');
  });

  it('is refused with a code, or decodes to the same bytes, whatever bits were flipped', async () => {
    const kept = await encoded(base);
    const random = seededRandom(6);
    const seen = new Map<string, number>();
    const flips = (count: number): number[] =>
      Array.from({ length: count }, () => Math.floor(random() * kept.length * 8));
    const everyByte = Array.from({ length: kept.length }, (_, at) => [at * 8 + Math.floor(random() * 8)]);
    for (const bits of [
      ...everyByte,
      ...Array.from({ length: 1000 }, (_, round) => flips(1 + (round % 5))),
    ]) {
      const bytes = Uint8Array.from(kept);
      for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const outcome = await decoding(bytes, base);
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
    expect(
      [...seen.keys()].filter(
        (outcome) => !['same', 'KLD_KEPT_BASE_DAMAGED', 'KLD_KEPT_BASE_UNKNOWN'].includes(outcome),
      ),
    ).toEqual([]);
    // Only the few unused bits at the end of a deflated plane change nothing.
    expect(seen.get('same') ?? 0).toBeLessThan(everyByte.length / 50);
    expect(seen.get('KLD_KEPT_BASE_DAMAGED')).toBeGreaterThan(1000);
  });

  it('is refused when its lengths are huge', async () => {
    const kept = await encoded(base);
    for (let at = 0; at < headBytes + 20; at += 4) {
      for (const value of [0xffff_ffff, 0x7fff_ffff, 0x0100_0000]) {
        const bytes = Uint8Array.from(kept);
        new DataView(bytes.buffer).setUint32(at, value, true);
        expect(await decoding(bytes, base)).toMatch(/^KLD_KEPT_BASE_/);
      }
    }
  });

  it('is refused when two frames changed places or one is missing', async () => {
    const many = madeBase(large, 8, 'most');
    const kept = await encoded(many);
    const frames = framesOf(kept);
    expect(frames.length).toBeGreaterThan(2);
    const [first, second, ...rest] = frames;
    const rebuilt = (parts: readonly (Uint8Array | undefined)[]) =>
      Buffer.concat([kept.subarray(0, headBytes), ...parts.filter((part) => part !== undefined)]);
    expect(await decoding(rebuilt([first, second, ...rest]), many)).toBe('same');
    expect(await decoding(rebuilt([second, first, ...rest]), many)).toBe('KLD_KEPT_BASE_DAMAGED');
    expect(await decoding(rebuilt([first, ...rest]), many)).toBe('KLD_KEPT_BASE_DAMAGED');
  });

  it.each([
    ['another magic', 0],
    ['another version', 8],
  ])('is unknown when it has %s', async (_, at) => {
    const bytes = Uint8Array.from(await encoded(base));
    bytes[at] = 0x7a;
    expect(await decoding(bytes, base)).toBe('KLD_KEPT_BASE_UNKNOWN');
  });
});

function framesOf(kept: Uint8Array): Uint8Array[] {
  const view = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
  const frames: Uint8Array[] = [];
  for (let offset = headBytes; offset < kept.length;) {
    const end =
      offset +
      20 +
      view.getUint32(offset, true) +
      view.getUint32(offset + 8, true) +
      view.getUint32(offset + 12, true);
    frames.push(kept.subarray(offset, end));
    offset = end;
  }
  return frames;
}
