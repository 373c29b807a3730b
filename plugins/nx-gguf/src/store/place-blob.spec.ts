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
import { sha256 } from '../core/digest.js';
import { checkedBlob } from './blobs.js';
import { isFreshBlob } from './scrub-record.js';
import type { StoreLayout } from './layout.js';
import { referToFile } from './external.js';
import { holdsBytes, placeBlob } from './place-blob.js';
import { adopt, flipBit, idOf, put, temporaryDirectory, temporaryStore } from './testing/temporary-store.js';

const text = 'a quantized model';
const other = text.toUpperCase();
const otherFileSystem = '/dev/shm';
const hasOther = existsSync(otherFileSystem) && statSync(otherFileSystem).dev !== statSync(tmpdir()).dev;
const whereOther = hasOther ? it : it.skip;

async function placed(path = join(temporaryDirectory(), 'dist/tiny/tiny-Q6_K.gguf')): Promise<{
  layout: StoreLayout;
  blob: string;
  path: string;
  place: () => Promise<string>;
  placement: string;
}> {
  const layout = temporaryStore();
  const blob = layout.blob((await adopt(layout, text)).sha256);
  const place = () => placeBlob(layout, { ...idOf(text), path: blob }, path);
  return { layout, blob, path, place, placement: await place() };
}

function replace(path: string, by: string): void {
  rmSync(path);
  writeFileSync(path, by);
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

describe('placeBlob', () => {
  it('shares the bytes with the blob: a reflink where the file system can, else a hard link to the read-only blob', async () => {
    const { blob, path, place, placement } = await placed();
    expect(placement).toBe(canReflink() ? 'reflink' : 'hardlink');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    expect(statSync(path).ino === statSync(blob).ino).toBe(placement === 'hardlink');
    await expect(place()).resolves.toBe('present');
  });

  whereOther('copies to another file system, read-only, and knows the copy again', async () => {
    const { path, place, placement } = await placed(join(temporaryDirectory(otherFileSystem), 'tiny.gguf'));
    expect(placement).toBe('copy');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    await expect(place()).resolves.toBe('present');
  });

  it('links no damaged blob, and leaves no link to one', async () => {
    const { layout, blob, path, place, placement } = await placed();
    flipBit(blob, 5);
    rmSync(layout.blobRecord(idOf(text).sha256));
    // A clone has blocks of its own, which the flip did not touch.
    if (placement === 'reflink') rmSync(path);
    await expect(place()).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(existsSync(path)).toBe(false);
    await adopt(layout, text);
    flipBit(blob, 5);
    await expect(place()).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  whereOther('copies no damaged blob, whenever it was hashed', async () => {
    const path = join(temporaryDirectory(otherFileSystem), 'tiny.gguf');
    const { layout, blob, place } = await placed(path);
    rmSync(path);
    await expect(isFreshBlob(layout, idOf(text).sha256)).resolves.toBe(true);
    flipBit(blob, 5);
    await expect(place()).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(readdirSync(dirname(path))).toEqual([]);
    expect(existsSync(layout.quarantined(idOf(text).sha256))).toBe(true);
  });

  whereOther('places a copy again that was damaged, when it is hashed after a boot', async () => {
    const path = join(temporaryDirectory(otherFileSystem), 'tiny.gguf');
    const { layout, place } = await placed(path);
    const record = layout.knownPath(sha256(path));
    flipBit(path, 3);
    const { hashings, ...rest } = JSON.parse(readFileSync(record, 'utf8')) as { hashings: object };
    expect(Object.keys(hashings)).toHaveLength(1);
    const { ctimeNs } = statSync(path, { bigint: true });
    writeFileSync(record, JSON.stringify({ ...rest, ctimeNs: String(ctimeNs) }));
    await expect(place()).resolves.toBe('copy');
    expect(readFileSync(path, 'utf8')).toBe(text);
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
    [
      'edited without a change of size or time',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, other);
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'replaced by a copy with its times',
      (path) => {
        const { atime, mtime } = statSync(path);
        rmSync(path);
        writeFileSync(path, other);
        utimesSync(path, atime, mtime);
      },
    ],
  ])('replaces a copy that a user %s', async (_, change) => {
    const { blob, path, place } = await placed(join(temporaryDirectory(otherFileSystem), 'tiny.gguf'));
    chmodSync(path, 0o644);
    change(path);
    await expect(place()).resolves.toBe('copy');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readFileSync(blob, 'utf8')).toBe(text);
  });

  it('replaces what lies there when the blob is another one, and leaves the old blob alone', async () => {
    const { layout, blob, path } = await placed();
    const next = layout.blob((await adopt(layout, other)).sha256);
    await expect(placeBlob(layout, { ...idOf(other), path: next }, path)).resolves.not.toBe('present');
    expect(readFileSync(path, 'utf8')).toBe(other);
    expect(readFileSync(blob, 'utf8')).toBe(text);
  });

  it('replaces a file of the same size that a user put there', async () => {
    const { path, place } = await placed();
    rmSync(path);
    writeFileSync(path, other);
    await place();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('edited through a hard link makes the blob one that is found damaged, and never one that is used', async () => {
    const { layout, blob, path, place, placement } = await placed();
    chmodSync(path, 0o644);
    writeFileSync(path, other);
    await expect(checkedBlob(layout, idOf(text))).resolves.toBe(placement === 'hardlink' ? null : blob);
    await adopt(layout, text);
    await place();
    expect([readFileSync(path, 'utf8'), readFileSync(blob, 'utf8')]).toEqual([text, text]);
  });

  it('replaces a file of the same size and time that a user put in the place of the link', async () => {
    const { blob, path, place } = await placed();
    rmSync(path);
    writeFileSync(path, other);
    utimesSync(path, statSync(blob).atime, statSync(blob).mtime);
    await expect(place()).resolves.not.toBe('present');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('gives a file outside the store no second name, and does not touch it', async () => {
    const layout = temporaryStore();
    const source = put(join(temporaryDirectory(), 'imatrix.gguf'), text);
    await referToFile(layout, source);
    const before = statSync(source, { bigint: true });
    const path = join(temporaryDirectory(), 'dist/tiny/imatrix.gguf');
    const place = () => placeBlob(layout, { ...idOf(text), path: source }, path);
    await expect(place()).resolves.toBe(canReflink() ? 'reflink' : 'symlink');
    expect(readFileSync(path, 'utf8')).toBe(text);
    const { nlink, ctimeNs } = statSync(source, { bigint: true });
    expect({ nlink, ctimeNs }).toEqual({ nlink: 1n, ctimeNs: before.ctimeNs });
    await expect(place()).resolves.toBe(canReflink() ? 'reflink' : 'present');
  });

  it('leaves nothing beside the file, also when it fails', async () => {
    const { layout, blob, path, place } = await placed();
    expect(readdirSync(dirname(path))).toEqual(['tiny-Q6_K.gguf']);
    rmSync(path);
    mkdirSync(join(path, 'in-the-way'), { recursive: true });
    await expect(place()).rejects.toMatchObject({
      code: expect.stringMatching(/^E/) as string,
    });
    const missing = { ...idOf(other), path: `${blob}-missing` };
    await expect(placeBlob(layout, missing, join(dirname(path), 'b'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(readdirSync(dirname(path))).toEqual(['tiny-Q6_K.gguf']);
  });

  it('of two at once leaves the whole file', async () => {
    const { path, place } = await placed();
    rmSync(path);
    await Promise.all([place(), place(), place()]);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(readdirSync(dirname(path))).toEqual(['tiny-Q6_K.gguf']);
  });
});

describe('holdsBytes', () => {
  it.each<[string, (path: string) => void, boolean]>([
    ['is the blob', () => undefined, true],
    ['is a copy', (path) => replace(path, text), true],
    ['is gone', (path) => rmSync(path), false],
    ['has another size', (path) => replace(path, `${text}.`), false],
    [
      'is another file of equal size and time',
      (path) => {
        const { atime, mtime } = statSync(path);
        rmSync(path);
        writeFileSync(path, other);
        utimesSync(path, atime, mtime);
      },
      false,
    ],
  ])('of a file that %s', async (_, change, expected) => {
    const { layout, blob, path } = await placed();
    change(path);
    await expect(holdsBytes(layout, path, { id: idOf(text), blob })).resolves.toBe(expected);
  });
});
