import type { ByteSource } from '../byte-source.js';
import { readGgufHeader } from './header.js';
import { inspectGguf } from '../inspect.js';
import { bytesSource } from '../testing/bytes-source.js';

const [uint8, string, array, uint64] = [0, 8, 9, 10];

/** A header without tensors, whose keys all have the same value. */
function header(keys: number, value: Uint8Array): Uint8Array {
  const key = 8;
  const bytes = Buffer.alloc(24 + keys * (8 + key + value.length));
  bytes.write('GGUF');
  bytes.writeUInt32LE(3, 4);
  bytes.writeUInt32LE(keys, 16);
  for (let index = 0, at = 24; index < keys; index += 1, at += 8 + key + value.length) {
    bytes.writeUInt32LE(key, at);
    bytes.write(String(index).padStart(key, '0'), at + 8);
    bytes.set(value, at + 8 + key);
  }
  return bytes;
}

/** An array of metadata from its type on; `count` may promise more items than there are bytes. */
function items(type: number, count: number, data = new Uint8Array()): Uint8Array {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(array, 0);
  head.writeUInt32LE(type, 4);
  head.writeUInt32LE(count, 8);
  return Buffer.concat([head, data]);
}

function text(sizeBytes: number): Uint8Array {
  const bytes = Buffer.alloc(12 + sizeBytes, 'x');
  bytes.writeUInt32LE(string, 0);
  bytes.writeBigUInt64LE(BigInt(sizeBytes), 4);
  return bytes;
}

/** True for the values of an array that are no objects before somebody asks for them. */
function isKeptAsBytes(value: unknown): boolean {
  return Object.getOwnPropertyDescriptor(value, 'values')?.get !== undefined;
}

/** The source of some bytes that says it is larger: what lies behind them is zeros. */
function longer(bytes: Uint8Array, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    read: (offset, length) => {
      const read = new Uint8Array(length);
      read.set(bytes.subarray(offset, offset + length));
      return Promise.resolve(read);
    },
  };
}

describe('the values of one header', () => {
  it('are kept up to 4 MiB of arrays, and described where they are not', async () => {
    const bytes = header(600, items(uint64, 1024, new Uint8Array(8192)));
    const read = await readGgufHeader(bytesSource(bytes));
    const found = [...read.metadata.values()];
    expect(found.filter(isKeptAsBytes)).toHaveLength(512);
    expect(found.at(-1)).toMatchObject({ itemType: 'uint64', length: 1024, values: null });
    expect(inspectGguf({ ...read, metadata: new Map([...read.metadata].slice(-1)) }).metadata).toEqual([
      { key: '00000599', type: 'uint64[]', value: null, length: 1024 },
    ]);
  });

  it('are decoded when they are asked for, and are no objects before', async () => {
    const { metadata } = await readGgufHeader(
      bytesSource(header(1, items(uint8, 3, Buffer.from([1, 2, 3])))),
    );
    const value = metadata.get('00000000');
    expect(isKeptAsBytes(value)).toBe(true);
    expect(value).toMatchObject({ values: [1, 2, 3] });
  });

  it('keep texts of arrays within the same room', async () => {
    const strings = items(
      string,
      8,
      Buffer.concat(Array.from({ length: 8 }, () => text(100_000).subarray(4))),
    );
    const { metadata } = await readGgufHeader(bytesSource(header(7, strings)));
    const held = [...metadata.values()].filter((value) => value.type === 'array' && value.values !== null);
    expect(held).toHaveLength(5);
  });

  it('are refused when arrays have more strings than any vocabulary', async () => {
    await expect(
      readGgufHeader(longer(header(1, items(string, 4 * 1024 * 1024 + 1)), 100_000_000)),
    ).rejects.toMatchObject({
      code: 'GGUF_LIMIT',
      message: expect.stringMatching(/more than 4194304 strings; .*key '00000000' at byte 56/) as string,
    });
  });

  it('are refused when texts have more bytes than any model', async () => {
    const one = header(1, text(16 * 1024 * 1024)).subarray(24);
    const head = header(3, new Uint8Array());
    const pairs = [0, 1, 2].map((key) => {
      const pair = Buffer.from(one);
      pair.write(String(key), 8);
      return pair;
    });
    const bytes = Buffer.concat([head.subarray(0, 24), ...pairs]);
    await expect(readGgufHeader(bytesSource(bytes))).rejects.toMatchObject({
      code: 'GGUF_LIMIT',
      message: expect.stringMatching(/texts .* more than 33554432 bytes; .*key '20000000'/) as string,
    });
  });

  it('end at 128 MiB of header', async () => {
    const bytes = header(1, items(uint64, 16 * 1024 * 1024));
    await expect(readGgufHeader(longer(bytes, 2 ** 40))).rejects.toMatchObject({
      code: 'GGUF_LIMIT',
      message: expect.stringMatching(/larger than 134217728 bytes/) as string,
    });
  });
});
