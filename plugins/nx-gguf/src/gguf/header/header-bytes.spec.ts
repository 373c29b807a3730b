import { readHeaderBytes } from './header-bytes.js';
import { tinyGguf } from '../testing/tiny-gguf.js';
import { watchedSource } from '../testing/watched-source.js';

const longArray = [
  'tokenizer.scores',
  'array',
  'float32',
  Array.from({ length: 200_000 }, (_, index) => index),
] as const;

describe('readHeaderBytes', () => {
  it.each([
    [
      'a small header',
      tinyGguf({ metadata: [['k', 'string', 'v']], tensors: [{ name: 'a', shape: [1000] }] }),
    ],
    [
      'one with an array that the reader passes over',
      tinyGguf({ metadata: [longArray], tensors: [{ name: 'a', shape: [1000] }] }),
    ],
    ['one without tensors', tinyGguf({ metadata: [['k', 'string', 'v']] })],
  ])('gives the bytes of %s, and those only', async (_, file) => {
    const source = watchedSource(file);
    const { header, bytes } = await readHeaderBytes(source);
    expect(bytes).toHaveLength(header.dataOffset);
    expect(Buffer.compare(bytes, file.subarray(0, header.dataOffset))).toBe(0);
  });

  it('reads no byte of the header twice', async () => {
    const source = watchedSource(tinyGguf({ metadata: [longArray], tensors: [{ name: 'a', shape: [8] }] }));
    await readHeaderBytes(source);
    const ranges = source.reads
      .map(({ offset, length }) => [offset, offset + length] as const)
      .sort(([a], [b]) => a - b);
    expect(ranges.every(([offset], index) => index === 0 || offset >= (ranges[index - 1]?.[1] ?? 0))).toBe(
      true,
    );
  });
});
