import { baseCounter } from './base-counter.js';
import { inPieces, madeBase } from '../testing/made-base.js';

const shape = { ctx: 8, vocabulary: 5, chunks: 2 };
const bytes = madeBase(shape, 1);

describe('baseCounter', () => {
  it.each([1, 7, 20, 1000])(
    'knows dimensions and end of logits that come in pieces of %d bytes',
    async (size) => {
      const counter = baseCounter();
      for await (const piece of inPieces(bytes, () => size)) {
        expect(counter.isComplete()).toBe(false);
        counter.take(piece);
      }
      expect(counter.shape()).toEqual(shape);
      expect(counter.isComplete()).toBe(true);
    },
  );

  it.each([
    [0, /have 0 bytes instead of at least 20/],
    [19, /19 bytes instead of at least 20/],
    [bytes.length - 1, new RegExp(`${bytes.length - 1} bytes instead of ${bytes.length}`)],
  ])('tells that %d bytes are too few', (length, words) => {
    const counter = baseCounter();
    counter.take(bytes.subarray(0, length));
    expect(counter.isComplete()).toBe(false);
    expect(counter.incomplete()).toMatchObject({
      code: 'KLD_BASE_INCOMPLETE',
      message: expect.stringMatching(words) as string,
    });
  });

  it('refuses what are no base logits', () => {
    expect(() => {
      baseCounter().take(new Uint8Array(64));
    }).toThrow(expect.objectContaining({ code: 'KLD_BASE_WRONG' }) as Error);
  });
});
