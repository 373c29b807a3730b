import { lfsPointerError, readLfsPointer } from './lfs-pointer.js';

const oid = 'b'.repeat(64);
const text = (size: string): string =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;

describe('a pointer of Git LFS', () => {
  it.each([
    ['0', 0],
    ['4100000', 4_100_000],
    ['9007199254740991', 9_007_199_254_740_991],
  ])('of size %s stands for so many bytes', (size, sizeBytes) => {
    expect(readLfsPointer(text(size))).toEqual({ sha256: oid, sizeBytes });
  });

  it.each([
    ['100000000000000000000000000'],
    ['1e26'],
    ['9007199254740992'],
    ['-5'],
    ['1.5'],
    ['0x10'],
    ['Infinity'],
    [''],
    ['9'.repeat(900)],
  ])('of size %j is still one, and is refused without that size', (size) => {
    const pointer = readLfsPointer(text(size));
    expect(pointer).toEqual({ sha256: oid, sizeBytes: Number.NaN });
    expect(lfsPointerError('a.gguf', pointer ?? { sha256: '', sizeBytes: 0 }, 'hint')).toMatchObject({
      code: 'LFS_POINTER',
      message: 'a.gguf is a pointer of Git LFS of an impossible size, and not the file itself',
    });
  });

  it.each([['size 5'], [text('5').replace(oid, 'x')], ['']])('is no other text: %j', (other) => {
    expect(readLfsPointer(other)).toBeNull();
  });

  it('may have line ends of Windows, and extensions', () => {
    expect(readLfsPointer(text('7').replaceAll('\n', '\r\n'))).toEqual({ sha256: oid, sizeBytes: 7 });
    expect(readLfsPointer(text('7').replace('\noid', '\next-0-foo sha256:aa\noid'))?.sizeBytes).toBe(7);
  });
});
