import { bytesSource } from '../../gguf/testing/bytes-source.js';
import { readLegacyImatrix, stubImatrix } from './legacy-imatrix.js';

/** A matrix of the old format; each entry is a name and its number of values. */
function legacy(entries: readonly [string, number][], tail: readonly number[] = []): Uint8Array {
  const parts: Buffer[] = [];
  const int = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    parts.push(bytes);
  };
  int(entries.length);
  for (const [name, values] of entries) {
    int(Buffer.byteLength(name));
    parts.push(Buffer.from(name));
    int(3);
    int(values);
    parts.push(Buffer.alloc(4 * values));
  }
  tail.forEach(int);
  return Buffer.concat(parts);
}

const read = (bytes: Uint8Array) => readLegacyImatrix(bytesSource(bytes));

describe('readLegacyImatrix', () => {
  it('gives each name with the place of its data, and the number of chunks', async () => {
    expect(
      await read(
        legacy(
          [
            ['b', 2],
            ['a', 5],
          ],
          [17],
        ),
      ),
    ).toEqual({
      entries: [
        { name: 'b', elements: 2, range: { offset: 9, length: 16 } },
        { name: 'a', elements: 5, range: { offset: 30, length: 28 } },
      ],
      chunks: 17,
      dataset: null,
    });
    expect(await read(legacy([['a', 5]]))).toMatchObject({ entries: [{ name: 'a' }], chunks: null });
  });

  it('refuses a file that is cut at any byte', async () => {
    const whole = legacy([
      ['first', 2],
      ['second', 1],
    ]);
    for (let length = 0; length < whole.length; length += 1)
      await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ code: 'BAD_IMATRIX' });
  });

  it.each([
    ['too many entries', Buffer.from([0xff, 0xff, 0xff, 0x7f])],
    ['a negative count', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a name without end', Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0, 0])],
  ])('refuses %s', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'BAD_IMATRIX' });
  });

  it('reads the stand-in for a matrix', async () => {
    expect(await read(stubImatrix())).toMatchObject({
      entries: [{ name: 'no.tensor', elements: 1 }],
      chunks: null,
    });
  });
});

it('names a pointer of Git LFS for what it is', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 4100000\n`;
  await expect(read(Buffer.from(pointer))).rejects.toMatchObject({
    code: 'LFS_POINTER',
    message: expect.stringMatching(/4100000 bytes/) as string,
  });
});
