import { watchedSource } from '../../gguf/testing/watched-source.js';
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

  it('reads many empty entries in few reads of the file', async () => {
    const source = watchedSource(legacy(Array.from({ length: 10_000 }, (_, index) => [`t${index}`, 0])));
    const { entries } = await readLegacyImatrix(source);
    expect(entries).toHaveLength(10_000);
    expect(source.reads.length).toBeLessThan(10);
  });

  it('passes over values without reading all of them', async () => {
    const source = watchedSource(
      legacy([
        ['a', 1_000_000],
        ['b', 1_000_000],
      ]),
    );
    await readLegacyImatrix(source);
    expect(source.reads.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1_000_000);
  });

  it('refuses names that are longer together than those of any model', async () => {
    const entry = Buffer.alloc(4 + 4096 + 8, 'x');
    entry.writeInt32LE(4096);
    entry.writeInt32LE(1, 4100);
    entry.writeInt32LE(0, 4104);
    const count = Buffer.from([2, 0x10, 0, 0]);
    await expect(read(Buffer.concat([count, ...new Array<Buffer>(4098).fill(entry)]))).rejects.toMatchObject({
      code: 'BAD_IMATRIX',
      message: expect.stringMatching(/names up to entry 4097 .* 16777216 bytes/) as string,
    });
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
