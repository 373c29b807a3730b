import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { hashFile, hashFileParts } from './hash-file.js';
import { partHasher } from './part-hasher.js';

const bytes = Uint8Array.from({ length: 1000 }, (_, index) => (index * 7) % 256);
const ranges = [
  [0, 0],
  [0, 10],
  [10, 1],
  [40, 500],
  [540, 0],
  [900, 100],
].map(([offset = 0, length = 0]) => ({ offset, length }));
const expected = ranges.map(({ offset, length }) => sha256(bytes.subarray(offset, offset + length)));

describe('partHasher', () => {
  it.each([1, 3, 7, 64, 999, 1000])(
    'gives the same digests when the stream comes in pieces of %i bytes',
    (size) => {
      const hasher = partHasher(ranges);
      for (let at = 0; at < bytes.length; at += size) hasher.update(bytes.subarray(at, at + size));
      expect(hasher.digests()).toEqual(expected);
    },
  );

  it('refuses parts that overlap, and streams that are too short', () => {
    expect(() =>
      partHasher([
        { offset: 0, length: 10 },
        { offset: 9, length: 1 },
      ]),
    ).toThrow(RangeError);
    const hasher = partHasher([{ offset: 0, length: 10 }]);
    hasher.update(bytes.subarray(0, 9));
    expect(() => hasher.digests()).toThrow(RangeError);
  });
});

describe('hashFile', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux(
    'refuses what the kernel makes up for whoever reads it, as the environment of this process',
    async () => {
      await expect(hashFile('/proc/self/environ')).rejects.toMatchObject({ code: 'ENOTFILE' });
    },
  );
});

describe('hashFileParts', () => {
  it('hashes a file and its parts in one pass', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'parts-'));
    try {
      const path = join(directory, 'file');
      await writeFile(path, bytes);
      expect(await hashFileParts(path, ranges)).toEqual({ ...(await hashFile(path)), parts: expected });
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
