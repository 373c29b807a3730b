// Random numbers from integer arithmetic and single IEEE operations only, so that every engine gives the same
// bits.

/** A stream of 32-bit words (sfc32) that depends on the seed and the name alone. */
export function randomWords(seed, name) {
  let a = seed >>> 0;
  let b = hash(name);
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const word = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + word) >>> 0;
    return word;
  };
  for (let round = 0; round < 16; round += 1) next();
  return next;
}

/** Nearly normal numbers have this many values: the sum of four bytes. */
export const BELL_VALUES = 4 * 255 + 1;

const BELL_DEVIATION = 147.8; // of a sum of four uniform bytes

/** The index, 0 to `BELL_VALUES` - 1, of a bell-shaped number drawn from one random word. */
export function bellIndex(word) {
  return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
}

/** The number that stands behind an index, with the standard deviation given. */
export function bellValue(index, deviation) {
  return ((index - (BELL_VALUES - 1) / 2) / BELL_DEVIATION) * deviation;
}

/** The square root by Newton's method: the language does not promise the last bit of Math.sqrt. */
export function squareRoot(number) {
  let root = number;
  for (let round = 0; round < 40; round += 1) root = (root + number / root) / 2;
  return root;
}

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** The bits of a number as bfloat16, rounded to the nearest and from the middle to even. */
export function bfloat16(number) {
  single[0] = number;
  return (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) >>> 16;
}

function hash(text) {
  let value = 0x811c9dc5; // FNV-1a
  for (const character of text) value = Math.imul(value ^ character.codePointAt(0), 0x01000193) >>> 0;
  return value;
}
