import { baseChunkRows, baseHead, baseRowBytes, baseSizeBytes, readBaseHead } from './base-format.js';

describe('the layout of a base file', () => {
  it.each([
    { ctx: 512, vocabulary: 151_936, chunks: 1, rows: 255, rowBytes: 303_880 },
    { ctx: 512, vocabulary: 248_320, chunks: 580, rows: 255, rowBytes: 496_648 },
    { ctx: 64, vocabulary: 259, chunks: 8, rows: 31, rowBytes: 528 },
    { ctx: 7, vocabulary: 1, chunks: 2, rows: 3, rowBytes: 12 },
    { ctx: 1, vocabulary: 10, chunks: 1, rows: 0, rowBytes: 28 },
  ])('of $chunks chunks of $ctx tokens over a vocabulary of $vocabulary', ({ rows, rowBytes, ...shape }) => {
    expect(baseChunkRows(shape)).toBe(rows);
    expect(baseRowBytes(shape)).toBe(rowBytes);
    expect(baseSizeBytes(shape)).toBe(20 + shape.chunks * (shape.ctx * 4 + rows * rowBytes));
    expect(readBaseHead(baseHead(shape))).toEqual(shape);
  });

  it.each([
    ['another magic', Buffer.from(`_logitz_${'\x01\0\0\0'.repeat(3)}`, 'latin1'), /do not begin a base file/],
    [
      'too few bytes',
      baseHead({ ctx: 8, vocabulary: 8, chunks: 8 }).subarray(0, 19),
      /do not begin a base file/,
    ],
    ['a context of 0', baseHead({ ctx: 0, vocabulary: 8, chunks: 8 }), /impossible ctx of 0$/],
    [
      'a negative vocabulary and no chunks',
      baseHead({ ctx: 8, vocabulary: -1, chunks: 0 }),
      /impossible vocabulary of -1, chunks of 0$/,
    ],
    [
      'a vocabulary of two thousand million',
      baseHead({ ctx: 8, vocabulary: 2 ** 31 - 1, chunks: 8 }),
      /impossible vocabulary/,
    ],
    [
      'more rows than can be counted',
      baseHead({ ctx: 2 ** 24, vocabulary: 2 ** 24, chunks: 2 ** 24 }),
      /more than any disk holds/,
    ],
  ])('is not that of a file with %s', (_, head, message) => {
    expect(() => readBaseHead(head)).toThrow(
      expect.objectContaining({
        code: 'KLD_BASE_WRONG',
        message: expect.stringMatching(message) as string,
      }) as Error,
    );
  });
});
