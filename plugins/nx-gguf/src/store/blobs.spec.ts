import { jest } from '@jest/globals';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { adoptFile, checkedBlob, discardBlob, findSoundBlob } from './blobs.js';
import type { StoreLayout } from './layout.js';
import { adopt, age, flipBit, idOf, put, temporaryStore } from './testing/temporary-store.js';

const text = 'tensor data '.repeat(100);
const id = idOf(text);

/** The path of the blob, which its owner made writable. */
function writable(layout: StoreLayout): string {
  const path = layout.blob(id.sha256);
  chmodSync(path, 0o644);
  return path;
}

/** Overwrites a blob without a change of its size. */
function overwrite(layout: StoreLayout): string {
  const path = writable(layout);
  writeFileSync(path, text.toUpperCase());
  return path;
}

describe('adoptFile', () => {
  it('does not take a file that a program still writes to', async () => {
    const layout = temporaryStore();
    const path = put(join(layout.root, 'work/file'), text);
    await expect(adoptFile(layout, path, () => appendFileSync(path, 'more'))).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
    });
    expect(existsSync(layout.blob(id.sha256))).toBe(false);
  });

  it('moves a file to the place that its bytes decide, read-only', async () => {
    const layout = temporaryStore();
    const path = put(join(layout.root, 'work/file'), text);
    await expect(adoptFile(layout, path)).resolves.toEqual(id);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(layout.blob(sha256(text)), 'utf8')).toBe(text);
    expect(statSync(layout.blob(id.sha256)).mode & 0o777).toBe(0o444);
  });

  it('takes an empty file, and one larger than a buffer', async () => {
    const layout = temporaryStore();
    const large = 'x'.repeat((4 << 20) + 17);
    await expect(adopt(layout, '')).resolves.toEqual(idOf(''));
    await expect(adopt(layout, large)).resolves.toEqual(idOf(large));
    await expect(checkedBlob(layout, idOf(large))).resolves.toBe(layout.blob(sha256(large)));
  });

  it('tells how many bytes it has read', async () => {
    const layout = temporaryStore();
    let bytes = 0;
    await adoptFile(layout, put(join(layout.root, 'work/file'), text), (count) => {
      bytes += count;
    });
    expect(bytes).toBe(text.length);
  });

  it('of bytes that the store has keeps the old file', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const { ino } = statSync(layout.blob(id.sha256));
    await expect(adopt(layout, text)).resolves.toEqual(id);
    expect(statSync(layout.blob(id.sha256)).ino).toBe(ino);
  });

  it('of the same bytes by two at once leaves one sound blob', async () => {
    const layout = temporaryStore();
    const paths = ['a', 'b', 'c'].map((name) => put(join(layout.root, 'work', name), text));
    await expect(Promise.all(paths.map((path) => adoptFile(layout, path)))).resolves.toEqual([id, id, id]);
    await expect(checkedBlob(layout, id)).resolves.toBe(layout.blob(id.sha256));
    expect(paths.filter((path) => existsSync(path))).toEqual([]);
  });

  it('replaces a damaged blob of the same digest', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    overwrite(layout);
    await adopt(layout, text);
    expect(readFileSync(layout.blob(id.sha256), 'utf8')).toBe(text);
  });

  it('gives the blob an age at which no later change can have the same mtime', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const { mtimeMs } = statSync(layout.blob(id.sha256));
    expect(statSync(layout.blobRecord(id.sha256)).mtimeMs - mtimeMs).toBeGreaterThan(2000);
  });
});

describe('checkedBlob', () => {
  it('is null for a blob that is not there', async () => {
    await expect(checkedBlob(temporaryStore(), id)).resolves.toBeNull();
  });

  it.each<[string, (layout: StoreLayout) => void]>([
    ['cut short', (layout) => truncateSync(writable(layout), 100)],
    ['cut to nothing', (layout) => truncateSync(writable(layout))],
    ['longer', (layout) => appendFileSync(writable(layout), 'more')],
    ['changed in place without a change of size', overwrite],
    [
      'changed, and its record is gone',
      (layout) => {
        overwrite(layout);
        rmSync(layout.blobRecord(id.sha256));
      },
    ],
  ])('finds a blob that was %s, and removes it with its record', async (_, damage) => {
    const layout = temporaryStore();
    await adopt(layout, text);
    damage(layout);
    await expect(checkedBlob(layout, id)).resolves.toBeNull();
    expect(existsSync(layout.blob(id.sha256))).toBe(false);
    expect(existsSync(layout.blobRecord(id.sha256))).toBe(false);
  });

  it('keeps a blob that was touched only, and records its new time', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const path = layout.blob(id.sha256);
    age(path, 60_000);
    await expect(checkedBlob(layout, id)).resolves.toBe(path);
    expect(JSON.parse(readFileSync(layout.blobRecord(id.sha256), 'utf8'))).toMatchObject({
      ...id,
      mtimeNs: statSync(path, { bigint: true }).mtimeNs.toString(),
    });
  });

  it('reads a blob that was touched just now again the next time, for the clock may be too coarse to tell', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const path = layout.blob(id.sha256);
    utimesSync(path, new Date(), new Date());
    const { atime, mtime } = statSync(path);
    await expect(checkedBlob(layout, id)).resolves.toBe(path);
    overwrite(layout);
    utimesSync(path, atime, mtime);
    await expect(checkedBlob(layout, id)).resolves.toBeNull();
  });

  it('so it does when the reading itself took long', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const path = layout.blob(id.sha256);
    utimesSync(path, new Date(), new Date());
    let hours = 0;
    const clock = jest
      .spyOn(Date, 'now')
      .mockImplementation(() => Math.floor(statSync(path).mtimeMs) + hours++ * 3_600_000);
    await checkedBlob(layout, id)
      .then((found) => expect(found).toBe(path))
      .finally(() => clock.mockRestore());
    expect(JSON.parse(readFileSync(layout.blobRecord(id.sha256), 'utf8'))).toMatchObject({ mtimeNs: '-1' });
  });

  it.each([
    ['garbage', 'not JSON'],
    ['empty', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['without a digest', '{"sizeBytes":1200,"mtimeNs":"1"}'],
    ['with a size that is no number', JSON.stringify({ sha256: id.sha256, sizeBytes: '1200', mtimeNs: '1' })],
    [
      'with an mtime that is no number',
      JSON.stringify({ sha256: id.sha256, sizeBytes: 1200, mtimeNs: 'yesterday' }),
    ],
    [
      'with a path that is no text',
      JSON.stringify({ sha256: id.sha256, sizeBytes: 1200, mtimeNs: '1', path: 7 }),
    ],
  ])('a record that is %s costs a re-hash and no more', async (_, record) => {
    const layout = temporaryStore();
    await adopt(layout, text);
    writeFileSync(layout.blobRecord(id.sha256), record);
    await expect(checkedBlob(layout, id)).resolves.toBe(layout.blob(id.sha256));
    expect(JSON.parse(readFileSync(layout.blobRecord(id.sha256), 'utf8'))).toMatchObject({
      sha256: id.sha256,
    });
  });

  it('does not trust the record of another blob', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const path = overwrite(layout);
    const { size, mtimeNs } = statSync(path, { bigint: true });
    writeFileSync(
      layout.blobRecord(id.sha256),
      JSON.stringify({ sha256: sha256('other'), sizeBytes: Number(size), mtimeNs: mtimeNs.toString() }),
    );
    await expect(checkedBlob(layout, id)).resolves.toBeNull();
  });

  it('asked with a wrong size gives nothing, and the blob stays', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    await expect(checkedBlob(layout, { ...id, sizeBytes: 7 })).resolves.toBeNull();
    await expect(checkedBlob(layout, id)).resolves.toBe(layout.blob(id.sha256));
  });

  it('takes no directory for a blob', async () => {
    const layout = temporaryStore();
    mkdirSync(layout.blob(id.sha256), { recursive: true });
    await expect(checkedBlob(layout, id)).resolves.toBeNull();
  });

  it('notes the use of a blob', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    age(layout.blobRecord(id.sha256), 1e9);
    const before = statSync(layout.blobRecord(id.sha256)).mtimeMs;
    await checkedBlob(layout, id);
    expect(statSync(layout.blobRecord(id.sha256)).mtimeMs).toBeGreaterThan(before);
  });
});

describe('discardBlob', () => {
  it('removes blob and record, and may be called for what is not there', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    await discardBlob(layout, id.sha256);
    await discardBlob(layout, id.sha256);
    expect([layout.blob(id.sha256), layout.blobRecord(id.sha256)].filter((path) => existsSync(path))).toEqual(
      [],
    );
  });
});

describe('findSoundBlob', () => {
  it('finds no damaged blob that is small, tells of it, and finds one that is sound', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const told: string[] = [];
    const find = () =>
      findSoundBlob(layout, { ...id, name: 'kld.json' }, ({ message }) => told.push(message));
    await expect(find()).resolves.toBe(layout.blob(id.sha256));
    flipBit(layout.blob(id.sha256), 9);
    await expect(find()).resolves.toBeNull();
    expect(told).toEqual([expect.stringContaining('kld.json')]);
    await adopt(layout, text);
    await expect(find()).resolves.toBe(layout.blob(id.sha256));
  });
});
