import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkedBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { placeFile } from './link-or-copy.js';
import { adopt, idOf, put, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';

const text = 'a quantized model';
const other = text.toUpperCase();
const otherFileSystem = '/dev/shm';
const hasOther = existsSync(otherFileSystem) && statSync(otherFileSystem).dev !== statSync(tmpdir()).dev;
const whereOther = hasOther ? it : it.skip;

async function placed(
  path = join(temporaryDirectory(), 'dist/tiny/tiny-Q6_K.gguf'),
): Promise<{ layout: StoreLayout; blob: string; path: string; placement: string }> {
  const layout = temporaryStore();
  const blob = layout.blob((await adopt(layout, text)).sha256);
  return { layout, blob, path, placement: await placeFile(blob, path) };
}

/** Whether the file system of temporary directories shares blocks between files. */
function canReflink(): boolean {
  const from = put(join(temporaryDirectory(), 'a'), 'a');
  try {
    copyFileSync(from, `${from}.clone`, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  }
}

describe('placeFile', () => {
  it('shares the bytes with the blob: a reflink where the file system can, else a hard link to the read-only blob', async () => {
    const { blob, path, placement } = await placed();
    expect(placement).toBe(canReflink() ? 'reflink' : 'hardlink');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    expect(statSync(path).ino === statSync(blob).ino).toBe(placement === 'hardlink');
    await expect(placeFile(blob, path)).resolves.toBe('present');
  });

  whereOther('copies to another file system, read-only, and knows the copy again', async () => {
    const { blob, path, placement } = await placed(join(temporaryDirectory(otherFileSystem), 'tiny.gguf'));
    expect(placement).toBe('copy');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    await expect(placeFile(blob, path)).resolves.toBe('present');
  });

  whereOther.each<[string, (path: string) => void]>([
    ['edited without a change of size', (path) => writeFileSync(path, other)],
    ['cut short', (path) => truncateSync(path, 3)],
    [
      'cut short without a change of its time',
      (path) => {
        const { atime, mtime } = statSync(path);
        truncateSync(path, 3);
        utimesSync(path, atime, mtime);
      },
    ],
    ['deleted', (path) => rmSync(path)],
  ])('replaces a copy that a user %s', async (_, change) => {
    const { blob, path } = await placed(join(temporaryDirectory(otherFileSystem), 'tiny.gguf'));
    chmodSync(path, 0o644);
    change(path);
    await expect(placeFile(blob, path)).resolves.toBe('copy');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readFileSync(blob, 'utf8')).toBe(text);
  });

  it('replaces what lies there when the blob is another one, and leaves the old blob alone', async () => {
    const { layout, blob, path } = await placed();
    const next = layout.blob((await adopt(layout, other)).sha256);
    await expect(placeFile(next, path)).resolves.not.toBe('present');
    expect(readFileSync(path, 'utf8')).toBe(other);
    expect(readFileSync(blob, 'utf8')).toBe(text);
  });

  it('replaces a file of the same size that a user put there', async () => {
    const { blob, path } = await placed();
    rmSync(path);
    writeFileSync(path, other);
    await placeFile(blob, path);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('edited through a hard link makes the blob one that is found damaged, and never one that is used', async () => {
    const { layout, blob, path, placement } = await placed();
    chmodSync(path, 0o644);
    writeFileSync(path, other);
    await expect(checkedBlob(layout, idOf(text))).resolves.toBe(placement === 'hardlink' ? null : blob);
    await adopt(layout, text);
    await placeFile(blob, path);
    expect([readFileSync(path, 'utf8'), readFileSync(blob, 'utf8')]).toEqual([text, text]);
  });

  it('leaves nothing beside the file, also when it fails', async () => {
    const { blob, path } = await placed();
    expect(readdirSync(dirname(path))).toEqual(['tiny-Q6_K.gguf']);
    rmSync(path);
    mkdirSync(join(path, 'in-the-way'), { recursive: true });
    await expect(placeFile(blob, path)).rejects.toMatchObject({
      code: expect.stringMatching(/^E/) as string,
    });
    await expect(placeFile(`${blob}-missing`, join(dirname(path), 'b'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(readdirSync(dirname(path))).toEqual(['tiny-Q6_K.gguf']);
  });

  it('of two at once leaves the whole file', async () => {
    const { blob, path } = await placed();
    rmSync(path);
    await Promise.all([placeFile(blob, path), placeFile(blob, path), placeFile(blob, path)]);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(dirname(path))).toEqual(['tiny-Q6_K.gguf']);
  });
});
