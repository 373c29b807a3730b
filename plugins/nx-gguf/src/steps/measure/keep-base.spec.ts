import { requireRoom } from './keep-base.js';

const mib = 2 ** 20;
const gib = 2 ** 30;

/** What is refused, or null. */
function refusal(...args: Parameters<typeof requireRoom>): string | null {
  try {
    requireRoom(...args);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('room for a kept base', () => {
  const nothing = { rawBytes: 0, packedBytes: 0 };
  /** After a GiB, and what the encoder has in work, that became so much. */
  const after = (packedBytes: number) => ({ rawBytes: gib + 16 * mib, packedBytes });

  it.each<
    [
      string,
      [rawBytes: number, sofar: typeof nothing, place: { limitBytes?: number; freeBytes: number | null }],
      RegExp | null,
    ]
  >([
    ['is enough', [20 * gib, nothing, { freeBytes: 2 * gib }], null],
    [
      'is hopeless before anything was encoded',
      [20 * gib, nothing, { freeBytes: gib / 2 }],
      /20 GiB, at least 1 GiB encoded, and the store has 512 MiB left/,
    ],
    ['cannot be asked for', [20 * gib, nothing, { freeBytes: null }], null],
    ['is enough at the ratio of a real model', [20 * gib, after(gib / 15), { freeBytes: 1.5 * gib }], null],
    [
      'is not enough at the ratio of a random one',
      [20 * gib, after(gib / 1.46), { freeBytes: 12 * gib }],
      /20 GiB, about 13\.7 GiB encoded \(1\.5 : 1 so far\), and the store has 12 GiB left/,
    ],
    [
      'counts what is written already',
      [20 * gib, { rawBytes: 19 * gib, packedBytes: 13 * gib }, { freeBytes: gib }],
      null,
    ],
    [
      'is no matter over the limit',
      [5 * gib, nothing, { limitBytes: 4 * gib, freeBytes: 100 * gib }],
      /5 GiB, over the limit of 4 GiB/,
    ],
    ['leaves a margin', [100 * mib, nothing, { freeBytes: 60 * mib }], /at least 5 MiB encoded/],
  ])('%s', (_, [rawBytes, sofar, place], expected) => {
    const refused = refusal(rawBytes, sofar, { limitBytes: Infinity, ...place });
    if (expected === null) expect(refused).toBeNull();
    else expect(refused).toMatch(expected);
  });
});
