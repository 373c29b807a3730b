import { bytesSource } from './testing/bytes-source.js';
import { composeGguf } from './compose.js';
import { readGgufHeader } from './header/header.js';
import { isSplitKey, pairRanges, readRawMetadata } from './header/metadata-bytes.js';
import { writtenShape } from './header/tensor-infos-bytes.js';
import { tinyGguf, type TinyGguf } from './testing/tiny-gguf.js';

const file: TinyGguf = {
  metadata: [
    ['general.architecture', 'string', 'llama'],
    ['split.no', 'uint16', 0],
    ['tokenizer.ggml.tokens', 'array', 'string', ['<s>', 'a']],
    ['split.count', 'uint16', 2],
    ['split.tensors.count', 'int32', 2],
    ['last', 'bool', true],
  ],
  tensors: [
    { name: 'b', shape: [256, 3], type: 'q4_K', data: new Uint8Array(432).fill(7) },
    { name: 'a', shape: [5], data: new Uint8Array(20).fill(9) },
  ],
};

describe('composeGguf', () => {
  it('writes the bytes it was read from', async () => {
    const bytes = tinyGguf(file);
    const header = await readGgufHeader(bytesSource(bytes));
    const { bytes: metadata, keyCount } = await readRawMetadata(bytesSource(bytes), header);
    const composed = composeGguf({ version: 3, keyCount, metadata, tensors: header.tensors, alignment: 32 });
    expect(composed.header).toEqual(bytes.subarray(0, header.dataOffset));
    expect(composed.places).toEqual(header.tensors.map(({ range }) => range));
    expect(composed.sizeBytes).toBe(bytes.length);
  });

  it('lays out tensors beyond 4 GiB without losing a bit', async () => {
    const tensors = Array.from({ length: 5 }, (_, index) => ({
      name: `t${index}`,
      shape: [2 ** 20, 2 ** 10, 3],
      type: 'f32' as const,
    }));
    const composed = composeGguf({
      version: 3,
      keyCount: 0,
      metadata: new Uint8Array(),
      tensors,
      alignment: 32,
    });
    expect(composed.sizeBytes).toBe(composed.header.length + 5 * 3 * 2 ** 32);
    const whole = {
      sizeBytes: composed.sizeBytes,
      read: (offset: number, length: number) => Promise.resolve(padded(composed.header, offset, length)),
    };
    expect((await readGgufHeader(whole)).tensors.map(({ range }) => range)).toEqual(composed.places);
  });

  it('has no padding when there are no tensors', () => {
    expect(
      composeGguf({ version: 3, keyCount: 0, metadata: new Uint8Array(), tensors: [], alignment: 32 }),
    ).toMatchObject({ sizeBytes: 24 });
  });
});

describe('writtenShape', () => {
  it.each([
    [[5], [5]],
    [[5, 1], [5]],
    [[1, 1, 1], [1]],
    [
      [4, 1, 2],
      [4, 1, 2],
    ],
    [
      [4, 3, 1, 1],
      [4, 3],
    ],
    [[], [1]],
  ])('drops trailing dimensions of one: %j is written as %j', (shape, written) => {
    expect(writtenShape(shape)).toEqual(written);
  });
});

describe('readRawMetadata', () => {
  it('cuts out the pairs of shards and keeps all others verbatim', async () => {
    const bytes = tinyGguf(file);
    const plain = tinyGguf({
      ...file,
      metadata: (file.metadata ?? []).filter(([key]) => !key.startsWith('split.')),
    });
    const [cut, kept] = await Promise.all(
      [bytes, plain].map(async (one) =>
        readRawMetadata(bytesSource(one), await readGgufHeader(bytesSource(one)), isSplitKey),
      ),
    );
    expect(cut).toEqual(kept);
    expect(cut?.keyCount).toBe(3);
  });

  it('knows where each pair lies', async () => {
    const bytes = tinyGguf(file);
    const header = await readGgufHeader(bytesSource(bytes));
    const ranges = [...pairRanges(header).values()];
    expect(ranges[0]?.offset).toBe(24);
    expect(ranges.reduce((sum, { length }) => sum + length, 0)).toBe(header.metadataRange.length);
  });
});

function padded(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const read = new Uint8Array(length);
  read.set(bytes.subarray(offset, offset + length));
  return read;
}
