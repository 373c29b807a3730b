import { seededRandom } from '../core/seeded-random.js';

type Random = () => number;
type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** Lengths, counts and offsets at which arithmetic and limits break. */
const extremes = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  1n << 40n,
  (1n << 53n) - 1n,
  1n << 53n,
  (1n << 63n) - 1n,
  1n << 63n,
  0xffff_ffff_ffff_ffffn,
];
const extremeTexts = [
  '',
  '-1',
  '0',
  '1e26',
  '1e400',
  'NaN',
  '../',
  '/',
  '\0',
  '\uFFFD',
  '{',
  '[[[[',
  '9'.repeat(40),
];
const mostBytes = 1 << 20;

const mutations: readonly Mutation[] = [
  flipBits,
  replaceNumber,
  cut,
  repeatRange,
  splice,
  insertExtreme,
  zeroRange,
];

/**
 * The bytes with a few mutations: flipped bits, lengths replaced by extreme values, parts cut off, doubled or
 * zeroed, the end of another input, extreme values in between. The same seed gives the same bytes everywhere.
 * @param others inputs of the same kind, whose parts may be joined to these
 */
export function mutated(bytes: Uint8Array, seed: number, others: readonly Uint8Array[] = []): Uint8Array {
  const random = seededRandom(seed);
  const count = 1 + below(random, 4);
  let result = bytes;
  for (let done = 0; done < count; done += 1)
    result = (mutations[below(random, mutations.length)] ?? flipBits)(result, random, others);
  return result.subarray(0, mostBytes);
}

function flipBits(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let flips = 1 + below(random, 4); flips > 0 && copy.length > 0; flips -= 1) {
    const at = below(random, copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << below(random, 8));
  }
  return copy;
}

function replaceNumber(bytes: Uint8Array, random: Random): Uint8Array {
  const width = [1, 2, 4, 8][below(random, 4)] ?? 8;
  if (bytes.length < width) return bytes;
  const copy = new Uint8Array(bytes);
  copy.set(extremeNumber(random).subarray(0, width), below(random, copy.length - width + 1));
  return copy;
}

function cut(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(0, below(random, bytes.length + 1));
}

function repeatRange(bytes: Uint8Array, random: Random): Uint8Array {
  const [from, to] = range(bytes, random);
  return joined(bytes.subarray(0, to), bytes.subarray(from));
}

function splice(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const other = others[below(random, others.length)] ?? bytes;
  return joined(
    bytes.subarray(0, below(random, bytes.length + 1)),
    other.subarray(below(random, other.length + 1)),
  );
}

function insertExtreme(bytes: Uint8Array, random: Random): Uint8Array {
  const text = Buffer.from(extremeTexts[below(random, extremeTexts.length)] ?? '');
  const at = below(random, bytes.length + 1);
  const inserted = random() < 0.5 ? text : extremeNumber(random);
  return joined(bytes.subarray(0, at), inserted, bytes.subarray(at));
}

function zeroRange(bytes: Uint8Array, random: Random): Uint8Array {
  return new Uint8Array(bytes).fill(0, ...range(bytes, random));
}

function extremeNumber(random: Random): Uint8Array {
  const bytes = Buffer.alloc(8);
  const value = extremes[below(random, extremes.length)] ?? 0n;
  if (random() < 0.5) bytes.writeBigUInt64LE(value);
  else bytes.writeBigUInt64BE(value);
  return bytes;
}

function range(bytes: Uint8Array, random: Random): [number, number] {
  const [a, b] = [below(random, bytes.length + 1), below(random, bytes.length + 1)];
  return a < b ? [a, b] : [b, a];
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function below(random: Random, count: number): number {
  return Math.floor(random() * count);
}
