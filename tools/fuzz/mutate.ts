/** Numbers that parsers trip over: ends of integer types, what no double holds, sizes of no file. */
const extremes: readonly bigint[] = [
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
  (1n << 64n) - 1n,
];

/** Texts that formats give a meaning, for inputs that are text or hold some. */
const texts: readonly string[] = [
  '\0',
  '"',
  '\\',
  '\\ud800',
  '\u001b[2J',
  '\u202e',
  '[['.repeat(64),
  '{"a":'.repeat(32),
  '1e26',
  '1e999',
  '9'.repeat(40),
  '-0',
  '9007199254740993',
  'NaN',
  'null',
  '../',
  '/../../etc/passwd',
  '\r\n',
  '\r\n\r\n',
  '__proto__',
  '%00',
  '0x',
  '*'.repeat(40),
];

type Mutation = (bytes: Buffer, random: () => number, others: readonly Uint8Array[]) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = below(bytes.length, random);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8, random));
    return bytes;
  },
  function setByte(bytes, random) {
    bytes[below(bytes.length, random)] = below(256, random);
    return bytes;
  },
  function setExtreme(bytes, random) {
    const value = extremes[below(extremes.length, random)] ?? 0n;
    const width = [1, 2, 4, 8][below(4, random)] ?? 1;
    const at = below(bytes.length, random);
    for (let byte = 0; byte < width && at + byte < bytes.length; byte++)
      bytes[at + byte] = Number((value >> BigInt(8 * byte)) & 0xffn);
    return bytes;
  },
  function cut(bytes, random) {
    return bytes.subarray(0, below(bytes.length, random));
  },
  function remove(bytes, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    const times = 1 + below(8, random);
    const piece = bytes.subarray(from, Math.min(to, from + 4096));
    return Buffer.concat([
      bytes.subarray(0, to),
      ...Array.from({ length: times }, () => piece),
      bytes.subarray(to),
    ]);
  },
  function insertText(bytes, random) {
    const at = below(bytes.length + 1, random);
    const text = Buffer.from(texts[below(texts.length, random)] ?? '');
    return Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at)]);
  },
  function swapNumber(bytes, random) {
    // Decimal digits are how text has sizes and counts.
    const digits = [...bytes.toString('latin1').matchAll(/\d+/g)];
    const found = digits[below(digits.length, random)];
    if (found === undefined) return bytes;
    const value = String(extremes[below(extremes.length, random)] ?? 0n);
    const end = found.index + found[0].length;
    return Buffer.concat([bytes.subarray(0, found.index), Buffer.from(value), bytes.subarray(end)]);
  },
  function splice(bytes, random, others) {
    const other = others[below(others.length, random)];
    if (other === undefined || other.length === 0) return bytes;
    const from = below(other.length, random);
    return Buffer.concat([bytes.subarray(0, below(bytes.length + 1, random)), other.subarray(from)]);
  },
];

/** The most bytes of an input: damage does not need size, and size has budgets and tests of its own. */
const mostBytes = 1 << 16;

/** One of the inputs, damaged in one to four ways; the same for the same numbers. */
export function mutated(inputs: readonly Uint8Array[], random: () => number): Buffer {
  let bytes = Buffer.from(inputs[below(inputs.length, random)] ?? []);
  const times = 1 + below(4, random);
  for (let time = 0; time < times; time++) {
    if (bytes.length === 0) bytes = Buffer.from([below(256, random)]);
    const mutate = mutations[below(mutations.length, random)];
    if (mutate !== undefined) bytes = Buffer.from(mutate(bytes, random, inputs));
  }
  return bytes.subarray(0, mostBytes);
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function range(bytes: Uint8Array, random: () => number): [from: number, to: number] {
  const from = below(bytes.length, random);
  return [from, from + 1 + below(Math.min(bytes.length - from, 256), random)];
}
