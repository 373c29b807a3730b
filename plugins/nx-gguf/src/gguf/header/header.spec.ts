import { bytesSource } from '../testing/bytes-source.js';
import { readGgufHeader } from './header.js';
import { tinyGguf, type TinyGguf } from '../testing/tiny-gguf.js';
import { watchedSource } from '../testing/watched-source.js';

const read = (file: TinyGguf) => readGgufHeader(bytesSource(tinyGguf(file)));
const f32 = (name: string, ...shape: number[]) => ({ name, shape });

describe('readGgufHeader', () => {
  it('gives tensors with shape, type, size and place', async () => {
    const header = await read({
      tensors: [f32('a', 4, 2), { name: 'b.weight', shape: [256, 3], type: 'q4_K' }],
    });
    expect(header.tensors).toEqual([
      {
        name: 'a',
        shape: [4, 2],
        type: 'f32',
        offset: 0,
        sizeBytes: 32,
        range: { offset: header.dataOffset, length: 32 },
      },
      {
        name: 'b.weight',
        shape: [256, 3],
        type: 'q4_K',
        offset: 32,
        sizeBytes: 432,
        range: { offset: header.dataOffset + 32, length: 432 },
      },
    ]);
    expect(header).toMatchObject({ version: 3, alignment: 32, dataOffset: 128 });
  });

  it.each([
    ['uint8', 255, 255],
    ['int8', -3, -3],
    ['uint16', 65_535, 65_535],
    ['int16', -2, -2],
    ['uint32', 4_294_967_295, 4_294_967_295],
    ['int32', -7, -7],
    ['float32', 0.5, 0.5],
    ['float64', 0.1, 0.1],
    ['bool', true, true],
    ['bool', false, false],
    ['string', 'schön', 'schön'],
    ['uint64', 2n ** 64n - 1n, 2n ** 64n - 1n],
    ['int64', -(2n ** 63n), -(2n ** 63n)],
  ])('reads metadata of type %s', async (type, written, value) => {
    const { metadata } = await read({ metadata: [['key', type, written]] });
    expect(metadata.get('key')).toMatchObject({ type, value });
  });

  it('reads arrays of numbers and of strings', async () => {
    const { metadata } = await read({
      metadata: [
        ['numbers', 'array', 'int32', [1, -2, 3]],
        ['strings', 'array', 'string', ['', 'ab']],
      ],
    });
    expect(metadata.get('numbers')).toMatchObject({
      type: 'array',
      itemType: 'int32',
      length: 3,
      values: [1, -2, 3],
    });
    expect(metadata.get('strings')).toMatchObject({
      type: 'array',
      itemType: 'string',
      length: 2,
      values: ['', 'ab'],
    });
  });

  it('keeps the exact bytes of the metadata findable', async () => {
    const bytes = tinyGguf({
      metadata: [
        ['k', 'string', 'text'],
        ['n', 'uint32', 7],
      ],
      tensors: [f32('a', 8)],
    });
    const { metadataRange, metadata } = await readGgufHeader(bytesSource(bytes));
    expect(metadataRange).toEqual({ offset: 24, length: 9 + 4 + 8 + 4 + 9 + 4 + 4 });
    expect(metadata.get('n')?.range).toEqual({
      offset: metadataRange.offset + metadataRange.length - 8,
      length: 8,
    });
  });

  it.each(['string', 'int32'])(
    'describes an array of more than 1024 items of type %s by length and place only',
    async (itemType) => {
      const items = Array.from({ length: 1025 }, (_, index) => (itemType === 'string' ? `t${index}` : index));
      const { metadata } = await read({
        metadata: [
          ['long', 'array', itemType, items],
          ['after', 'uint8', 9],
        ],
      });
      expect(metadata.get('long')).toMatchObject({ itemType, length: 1025, values: null });
      expect(metadata.get('after')).toMatchObject({ value: 9 });
    },
  );

  it('obeys general.alignment', async () => {
    const header = await read({
      alignment: 64,
      metadata: [['general.alignment', 'uint32', 64]],
      tensors: [f32('a', 1), f32('b', 1)],
    });
    expect(header.alignment).toBe(64);
    expect(header.dataOffset % 64).toBe(0);
    expect(header.tensors[1]?.offset).toBe(64);
  });

  it('accepts version 2, a file without tensors, and a file that ends with its last tensor', async () => {
    await expect(read({ version: 2, metadata: [['k', 'bool', true]] })).resolves.toMatchObject({
      version: 2,
      tensors: [],
    });
    const bytes = tinyGguf({ tensors: [f32('a', 3)] });
    await expect(readGgufHeader(bytesSource(bytes.subarray(0, bytes.length - 20)))).resolves.toMatchObject({
      dataOffset: 64,
    });
  });

  it('names a pointer of Git LFS for what it is', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 4100000\n`;
    await expect(readGgufHeader(bytesSource(Buffer.from(pointer)))).rejects.toMatchObject({
      code: 'LFS_POINTER',
      message: expect.stringMatching(/4100000 bytes/) as string,
      hint: expect.stringMatching(/git lfs pull/) as string,
    });
  });

  it.each<[string, TinyGguf, RegExp]>([
    ['GGUF_NOT_GGUF', { magic: '<htm' }, /the file is a web page, and no GGUF/],
    ['GGUF_BIG_ENDIAN', { bigEndian: true }, /big-endian/],
    ['GGUF_VERSION', { version: 1 }, /version 1/],
    ['GGUF_VERSION', { version: 4 }, /version 4/],
    ['GGUF_VERSION', { version: 0 }, /version 0/],
    ['GGUF_TRUNCATED', { keyCount: 1n }, /ends at byte 24, inside metadata key 0/],
    ['GGUF_TRUNCATED', { tensorCount: 1n }, /inside the name of tensor 0/],
    ['GGUF_LIMIT', { tensorCount: 2n ** 63n }, /number of tensors at byte 8 says 9223372036854775808/],
    ['GGUF_LIMIT', { keyCount: 65_537n }, /number of metadata keys at byte 16/],
    ['GGUF_BAD_KEY', { metadata: [['', 'bool', true]] }, /key 0 at byte 24 is empty/],
    [
      'GGUF_DUPLICATE_KEY',
      {
        metadata: [
          ['k', 'bool', true],
          ['k', 'uint8', 1],
        ],
      },
      /'k'/,
    ],
    ['GGUF_METADATA_TYPE', { metadata: [['k', 'array', 'array', []]] }, /type 9/],
    ['GGUF_METADATA_VALUE', { metadata: [['k', 'bool', 2]] }, /is 2/],
    ['GGUF_ALIGNMENT', { metadata: [['general.alignment', 'uint64', 32]] }, /uint64/],
    ['GGUF_ALIGNMENT', { metadata: [['general.alignment', 'uint32', 48]] }, /48/],
    ['GGUF_ALIGNMENT', { metadata: [['general.alignment', 'uint32', 0]] }, /is 0/],
    ['GGUF_BAD_TENSOR_NAME', { tensors: [f32('', 8)] }, /empty/],
    ['GGUF_LIMIT', { tensors: [f32('n'.repeat(64), 8)] }, /name of tensor 0 .* the limit is 63/],
    ['GGUF_DUPLICATE_TENSOR', { tensors: [f32('a', 8), f32('a', 8)] }, /'a'/],
    ['GGUF_TENSOR_SHAPE', { tensors: [f32('a', 1, 1, 1, 1, 1)] }, /5 dimensions/],
    ['GGUF_TENSOR_SHAPE', { tensors: [{ name: 'a', shape: [2 ** 30, 2 ** 30] }] }, /too large/],
    ['GGUF_LIMIT', { tensors: [{ name: 'a', shape: [-1n] }] }, /tensor 'a'/],
    ['GGUF_TENSOR_TYPE', { tensors: [{ name: 'a', shape: [32], typeId: 4 }] }, /type 4/],
    ['GGUF_TENSOR_TYPE', { tensors: [{ name: 'a', shape: [32], typeId: 43 }] }, /type 43/],
    ['GGUF_ROW_NOT_BLOCKS', { tensors: [{ name: 'a', shape: [100], type: 'q4_K' }] }, /100 elements.*256/],
    ['GGUF_TENSOR_MISALIGNED', { tensors: [{ name: 'a', shape: [8], offset: 4 }] }, /offset 4/],
    [
      'GGUF_TENSOR_OUTSIDE_FILE',
      { tensors: [{ name: 'a', shape: [8], offset: 3200 }] },
      /tensor 'a' ends at byte/,
    ],
    [
      'GGUF_TENSOR_OVERLAP',
      { tensors: [f32('a', 16), { name: 'b', shape: [16], offset: 32 }] },
      /'b'.*overlaps.*'a'/,
    ],
    [
      'GGUF_TENSOR_ORDER',
      {
        tensors: [
          { name: 'a', shape: [8], offset: 32 },
          { name: 'b', shape: [8], offset: 0 },
        ],
      },
      /'a' has the offset 32; 0 follows/,
    ],
  ])('refuses with %s (%#)', async (code, file, message) => {
    const error: unknown = await read(file).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'GgufError', code, hint: expect.any(String) as string });
    expect((error as Error).message).toMatch(message);
  });

  it('refuses a name that is not UTF-8', async () => {
    const bytes = tinyGguf({ tensors: [f32('abc', 8)] });
    bytes[32] = 0xff;
    await expect(readGgufHeader(bytesSource(bytes))).rejects.toMatchObject({ code: 'GGUF_BAD_TENSOR_NAME' });
  });

  it('never reads tensor data beyond its window, whatever the size of the file', async () => {
    const bytes = tinyGguf({ tensors: [f32('a', 8)] });
    const large = new Uint8Array(3 * 1024 * 1024);
    large.set(bytes);
    const source = watchedSource(large);
    await readGgufHeader(source);
    expect(source.reads).toEqual([{ offset: 0, length: 256 * 1024 }]);
  });

  it('reports a source that gives fewer bytes than asked', async () => {
    const source = watchedSource(tinyGguf({ tensors: [f32('a', 8)] }), 1_000_000);
    await expect(readGgufHeader(source)).rejects.toMatchObject({ code: 'GGUF_TRUNCATED' });
  });

  it('passes over a vocabulary of 250,000 tokens in few and small reads', async () => {
    const tokens = Array.from({ length: 250_000 }, (_, index) => `token-${index}`);
    const bytes = tinyGguf({
      metadata: [
        ['tokenizer.ggml.tokens', 'array', 'string', tokens],
        ['tokenizer.ggml.token_type', 'array', 'int32', new Array(250_000).fill(1)],
        ['tokenizer.ggml.merges', 'array', 'string', tokens],
      ],
      tensors: [f32('a', 8)],
    });
    const source = watchedSource(bytes);
    const header = await readGgufHeader(source);
    expect(header.metadata.get('tokenizer.ggml.merges')).toMatchObject({ length: 250_000, values: null });
    expect(source.reads.length).toBeLessThan(10);
    expect(Math.max(...source.reads.map(({ length }) => length))).toBeLessThanOrEqual(4 * 1024 * 1024);
  });
});
