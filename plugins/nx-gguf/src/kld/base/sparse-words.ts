/**
 * 16-bit words of which many are zero, taken apart: which are not zero, and the bytes of those. Of
 * log-probabilities the low bytes are noise, so only the other two can be compressed.
 */
export interface SparseWords {
  /** Words there were. */
  readonly count: number;
  /** A bit for each word, lowest first; 1 for a word that is not zero. */
  readonly mask: Uint8Array;
  /** High bytes of the words that are not zero. */
  readonly high: Uint8Array;
  /** Their low bytes. */
  readonly low: Uint8Array;
}

/** Takes words apart. */
export function splitWords(words: Uint16Array): SparseWords {
  const mask = new Uint8Array(Math.ceil(words.length / 8));
  const high = Buffer.allocUnsafeSlow(words.length);
  const low = Buffer.allocUnsafeSlow(words.length);
  const pairs = new Uint32Array(words.buffer, words.byteOffset, words.length >> 1);
  let kept = 0;
  for (let group = 0; group < mask.length; group += 1) {
    const first = group * 8;
    const pair = first >> 1;
    const isWhole = first + 8 <= words.length;
    // Nearly all groups of a sharp distribution are empty: four pairs at once decide that.
    if (
      isWhole &&
      ((pairs[pair] ?? 0) | (pairs[pair + 1] ?? 0) | (pairs[pair + 2] ?? 0) | (pairs[pair + 3] ?? 0)) === 0
    )
      continue;
    const size = isWhole ? 8 : words.length - first;
    let bits = 0;
    for (let bit = 0; bit < size; bit += 1) {
      const word = words[first + bit] ?? 0;
      if (word === 0) continue;
      bits |= 1 << bit;
      high[kept] = word >> 8;
      low[kept] = word & 255;
      kept += 1;
    }
    mask[group] = bits;
  }
  return { count: words.length, mask, high: high.subarray(0, kept), low: low.subarray(0, kept) };
}

/** Puts words together again; null when the parts do not fit each other. */
export function joinWords({ count, mask, high, low }: SparseWords): Uint16Array | null {
  const words = new Uint16Array(count);
  if (mask.length !== Math.ceil(count / 8) || high.length !== low.length) return null;
  let taken = 0;
  for (let group = 0; group < mask.length; group += 1) {
    const bits = mask[group] ?? 0;
    if (bits === 0) continue;
    // Outside the parts this reads 0 and outside the words it writes nothing; the count tells.
    for (let index = group * 8, rest = bits; rest !== 0; index += 1, rest >>= 1) {
      if ((rest & 1) === 0) continue;
      words[index] = ((high[taken] ?? 0) << 8) | (low[taken] ?? 0);
      taken += 1;
    }
  }
  return taken === high.length ? words : null;
}
