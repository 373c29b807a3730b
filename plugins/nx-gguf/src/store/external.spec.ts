import { existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { findBlob } from './blobs.js';
import { referToFile, referredPath } from './external.js';
import { age, adopt, idOf, put, temporaryDirectory, temporaryStore } from './testing/temporary-store.js';

const text = 'weights of a checkpoint';
const id = idOf(text);

/** A checkpoint that nobody has touched for a while. */
function checkpoint(): string {
  const path = put(join(temporaryDirectory(), 'model.safetensors'), text);
  age(path, 60_000);
  return path;
}

/** Changes a file without a change of size or mtime: what nobody can see without reading it. */
function changeUnseen(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, text.toUpperCase());
  utimesSync(path, atime, mtime);
}

describe('referToFile', () => {
  it('gives digest and size, and copies nothing', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await expect(referToFile(layout, path)).resolves.toEqual(id);
    expect(existsSync(layout.blobs)).toBe(false);
    await expect(findBlob(layout, id)).resolves.toBe(path);
  });

  it('does not read a file again whose size and mtime stand, and tells its size all the same', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    changeUnseen(path);
    let bytes = 0;
    await expect(
      referToFile(layout, path, (count) => {
        bytes += count;
      }),
    ).resolves.toEqual(id);
    expect(bytes).toBe(text.length);
  });

  it('reads a file again that changed without a change of size', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    writeFileSync(path, text.toUpperCase());
    await expect(referToFile(layout, path)).resolves.toEqual(idOf(text.toUpperCase()));
    await expect(findBlob(layout, idOf(text.toUpperCase()))).resolves.toBe(path);
    await expect(findBlob(layout, id)).resolves.toBeNull();
  });

  it('reads a file again that was touched just now, for the clock may be too coarse to tell', async () => {
    const layout = temporaryStore();
    const path = put(join(temporaryDirectory(), 'model.safetensors'), text);
    // Whole milliseconds, so that the change can bring back the same time.
    utimesSync(path, new Date(), new Date());
    await expect(referToFile(layout, path)).resolves.toEqual(id);
    changeUnseen(path);
    await expect(findBlob(layout, id)).resolves.toBeNull();
    await expect(referToFile(layout, path)).resolves.toEqual(idOf(text.toUpperCase()));
  });

  it('takes a damaged record for none', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    writeFileSync(layout.knownPath(sha256(path)), '{');
    writeFileSync(layout.external(id.sha256), '{');
    await expect(findBlob(layout, id)).resolves.toBeNull();
    await expect(referToFile(layout, path)).resolves.toEqual(id);
    await expect(findBlob(layout, id)).resolves.toBe(path);
  });

  it.each([
    ['nothing', (path: string) => rmSync(path)],
    [
      'a directory',
      (path: string) => {
        rmSync(path);
        put(join(path, 'inner'), '');
      },
    ],
  ])('refuses %s', async (_, change) => {
    const path = checkpoint();
    change(path);
    await expect(referToFile(temporaryStore(), path)).rejects.toMatchObject({ code: 'SOURCE_MISSING' });
  });

  it('refuses a file that changes while it is read', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await expect(referToFile(layout, path, () => utimesSync(path, 1, 1))).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
    });
    await expect(findBlob(layout, id)).resolves.toBeNull();
  });
});

describe('referredPath', () => {
  it('is null for bytes that nobody referred to', async () => {
    await expect(referredPath(temporaryStore(), id)).resolves.toBeNull();
  });

  it.each<[string, (path: string) => void]>([
    ['moved away', (path) => renameSync(path, `${path}.old`)],
    ['made longer', (path) => writeFileSync(path, `${text}.`)],
    ['changed without a change of size', (path) => writeFileSync(path, text.toUpperCase())],
  ])('is null for a file that was %s, and forgets it', async (_, change) => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    change(path);
    await expect(referredPath(layout, id)).resolves.toBeNull();
    expect(existsSync(layout.external(id.sha256))).toBe(false);
  });

  it('keeps a file that was touched only, and records its new time', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    age(path, 60_000);
    await expect(referredPath(layout, id)).resolves.toBe(path);
    expect(JSON.parse(readFileSync(layout.external(id.sha256), 'utf8'))).toMatchObject({
      path,
      mtimeNs: statSync(path, { bigint: true }).mtimeNs.toString(),
    });
  });

  it('follows the file to the place it was referred to last', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    renameSync(path, `${path}.moved`);
    await referToFile(layout, `${path}.moved`);
    await expect(referredPath(layout, id)).resolves.toBe(`${path}.moved`);
  });
});

describe('findBlob', () => {
  it('prefers the blob in the store', async () => {
    const layout = temporaryStore();
    await referToFile(layout, checkpoint());
    await adopt(layout, text);
    await expect(findBlob(layout, id)).resolves.toBe(layout.blob(id.sha256));
  });
});
