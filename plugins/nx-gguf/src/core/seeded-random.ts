// Looked up once: in a context of node:vm, as that of a test, each look at a global costs more than the work.
const { imul } = Math;

/**
 * Numbers in [0, 1) that are the same for the same seed on every machine (mulberry32); for sampling and
 * tests, not for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
