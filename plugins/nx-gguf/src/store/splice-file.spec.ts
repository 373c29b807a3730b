import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { spliceFile, type Piece } from './splice-file.js';
import { temporaryDirectory } from './testing/temporary-store.js';

const donorBytes = Uint8Array.from({ length: 9 << 20 }, (_, index) => (index * 31) % 251);

describe('spliceFile', () => {
  it('joins bytes and ranges, and gives the digests of the file and of each piece', async () => {
    const directory = temporaryDirectory();
    const donor = join(directory, 'donor');
    await writeFile(donor, donorBytes);
    const ranges = [
      [1, 5],
      [0, 9 << 20],
      [4 << 20, 1],
      [77, 0],
    ].map(([offset = 0, length = 0]) => donorBytes.subarray(offset, offset + length));
    const pieces: Piece[] = [
      { bytes: Uint8Array.of(1, 2, 3) },
      { path: donor, offset: 1, length: 5, sha256: sha256(ranges[0] ?? '') },
      { path: donor, offset: 0, length: 9 << 20 },
      { path: donor, offset: 4 << 20, length: 1 },
      { path: donor, offset: 77, length: 0 },
      { bytes: Uint8Array.of(4) },
    ];
    const written = await spliceFile(join(directory, 'out'), pieces);
    const expected = Buffer.concat([Uint8Array.of(1, 2, 3), ...ranges, Uint8Array.of(4)]);
    expect((await readFile(join(directory, 'out'))).equals(expected)).toBe(true);
    expect(written).toEqual({
      id: { sha256: sha256(expected), sizeBytes: expected.length },
      pieces: [null, ...ranges.map(sha256), null],
    });
  });

  it('names the first piece that is not what its digest says, is cut short or gone', async () => {
    const directory = temporaryDirectory();
    const donor = join(directory, 'donor');
    await writeFile(donor, donorBytes.subarray(0, 100));
    const good = { path: donor, offset: 0, length: 10, sha256: sha256(donorBytes.subarray(0, 10)) };
    expect(await spliceFile(join(directory, 'a'), [good, { ...good, offset: 1 }, good])).toEqual({
      damaged: 1,
    });
    expect(
      await spliceFile(join(directory, 'b'), [good, good, { path: donor, offset: 95, length: 10 }]),
    ).toEqual({ damaged: 2 });
    expect(
      await spliceFile(join(directory, 'c'), [good, { ...good, path: join(directory, 'gone') }]),
    ).toEqual({ damaged: 1 });
  });

  it('hashes the pieces of a large file in another thread, with the same result', async () => {
    const directory = temporaryDirectory();
    const donor = join(directory, 'donor');
    await writeFile(donor, donorBytes);
    const piece = { path: donor, offset: 0, length: 9 << 20, sha256: sha256(donorBytes) };
    const pieces = [{ bytes: Uint8Array.of(9) }, ...Array.from({ length: 9 }, () => piece)];
    const expected = Buffer.concat([Uint8Array.of(9), ...Array.from({ length: 9 }, () => donorBytes)]);
    expect(await spliceFile(join(directory, 'out'), pieces)).toEqual({
      id: { sha256: sha256(expected), sizeBytes: expected.length },
      pieces: [null, ...Array.from({ length: 9 }, () => piece.sha256)],
    });
    expect((await readFile(join(directory, 'out'))).equals(expected)).toBe(true);
    expect(await spliceFile(join(directory, 'bad'), [...pieces, { ...piece, offset: 1, length: 5 }])).toEqual(
      { damaged: 10 },
    );
  });

  it('follows a file that still grows, chunk by chunk, and names the piece that never comes', async () => {
    const directory = temporaryDirectory();
    const growing = join(directory, 'growing');
    const asked: number[] = [];
    const whenThere = async (sizeBytes: number): Promise<void> => {
      asked.push(sizeBytes);
      await writeFile(growing, donorBytes.subarray(0, Math.min(sizeBytes, 8 << 20)));
    };
    const piece = { path: growing, offset: 100, length: (8 << 20) - 100, whenThere };
    const written = await spliceFile(join(directory, 'out'), [{ bytes: Uint8Array.of(1) }, piece]);
    const expected = Buffer.concat([Uint8Array.of(1), donorBytes.subarray(100, 8 << 20)]);
    expect(written).toEqual({
      id: { sha256: sha256(expected), sizeBytes: expected.length },
      pieces: [null, sha256(expected.subarray(1))],
    });
    expect(asked).toEqual([100 + (4 << 20), 8 << 20]);
    expect(
      await spliceFile(join(directory, 'short'), [piece, { ...piece, offset: 8 << 20, length: 1 }]),
    ).toEqual({ damaged: 1 });
    expect(
      await spliceFile(join(directory, 'never'), [
        { ...piece, path: join(directory, 'gone'), whenThere: () => Promise.resolve() },
      ]),
    ).toEqual({ damaged: 0 });
  });

  it('stops when it is interrupted, and never writes over a file', async () => {
    const directory = temporaryDirectory();
    const donor = join(directory, 'donor');
    await writeFile(donor, donorBytes.subarray(0, 100));
    await expect(
      spliceFile(join(directory, 'out'), [{ path: donor, offset: 0, length: 10 }], {
        signal: AbortSignal.abort(),
      }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(spliceFile(donor, [])).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
