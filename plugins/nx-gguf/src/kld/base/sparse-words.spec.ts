import { seededRandom } from '../../core/seeded-random.js';
import { joinWords, splitWords } from './sparse-words.js';

describe('words with many zeros', () => {
  it('come back as they were, for any number of them and any share of zeros', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 400; round += 1) {
      const zeros = random();
      const words = Uint16Array.from({ length: Math.floor(random() * 70) }, () =>
        random() < zeros ? 0 : Math.floor(random() * 65_536),
      );
      const parts = splitWords(words);
      expect(parts.high).toHaveLength(words.filter((word) => word !== 0).length);
      expect(joinWords(parts)).toEqual(words);
    }
  });

  it('are taken apart into a mask, lowest bit first, and the bytes of those that are not zero', () => {
    const { mask, high, low } = splitWords(Uint16Array.of(0, 0x1234, 0, 0, 0, 0, 0, 0x00ff, 0xab00));
    expect([[...mask], [...high], [...low]]).toEqual([
      [0b1000_0010, 1],
      [0x12, 0x00, 0xab],
      [0x34, 0xff, 0x00],
    ]);
  });

  it.each([
    [
      'the mask names more than there is',
      { mask: Uint8Array.of(0b111), high: Uint8Array.of(1, 2), low: Uint8Array.of(1, 2) },
    ],
    [
      'the mask names less than there is',
      { mask: Uint8Array.of(0b1), high: Uint8Array.of(1, 2), low: Uint8Array.of(1, 2) },
    ],
    [
      'the bytes are not pairs',
      { mask: Uint8Array.of(0b11), high: Uint8Array.of(1, 2), low: Uint8Array.of(1) },
    ],
    [
      'the mask is too long',
      { mask: Uint8Array.of(0b11, 0), high: Uint8Array.of(1, 2), low: Uint8Array.of(1, 2) },
    ],
  ])('do not come of parts where %s', (_, parts) => {
    expect(joinWords({ count: 8, ...parts })).toBeNull();
  });
});
