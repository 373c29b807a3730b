import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { sha256 } from '../core/digest.js';
import { findBlob } from './blobs.js';
import { digestOutside, noteMade, referToFile, referredPath } from './external.js';
import type { StoreLayout } from './layout.js';
import { age, adopt, idOf, put, temporaryDirectory, temporaryStore } from './testing/temporary-store.js';

const text = 'weights of a checkpoint';
const id = idOf(text);

const other = text.toUpperCase();

afterEach(() => {
  jest.restoreAllMocks();
});

/** A checkpoint that nobody has touched for a while. */
function checkpoint(): string {
  const path = put(join(temporaryDirectory(), 'model.safetensors'), text);
  age(path, 60_000);
  const now = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(now + 60_000);
  return path;
}

/** Changes a file in place, without a change of size or mtime. */
function changeInPlace(path: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, other);
  utimesSync(path, atime, mtime);
}

/** Whether a file is not read, but known: the store is told another digest of it, and believes it. */
async function isKnown(layout: StoreLayout, path: string): Promise<boolean> {
  const record = layout.knownPath(sha256(path));
  const known = JSON.parse(readFileSync(record, 'utf8')) as object;
  writeFileSync(record, JSON.stringify({ ...known, sha256: sha256('told') }));
  return (await digestOutside(layout, path)).sha256 === sha256('told');
}

describe('referToFile', () => {
  it('gives digest and size, and copies nothing', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await expect(referToFile(layout, path)).resolves.toEqual(id);
    expect(existsSync(layout.blobs)).toBe(false);
    await expect(findBlob(layout, id)).resolves.toBe(path);
  });

  it('does not read a file again that nobody touched, and tells its size all the same', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    await expect(isKnown(layout, path)).resolves.toBe(true);
    let bytes = 0;
    await referToFile(layout, path, (count) => {
      bytes += count;
    });
    expect(bytes).toBe(text.length);
  });

  it.each<[string, (path: string) => void]>([
    ['changed in place', changeInPlace],
    [
      'replaced by a copy that keeps times',
      (path) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(`${path}.new`, other);
        utimesSync(`${path}.new`, atime, mtime);
        renameSync(`${path}.new`, path);
      },
    ],
    [
      'replaced by a file that was beside it all the time',
      (path) => {
        renameSync(`${path}.twin`, path);
      },
    ],
  ])('never gives the old digest for a file of equal size and mtime that was %s', async (_, change) => {
    const layout = temporaryStore();
    const path = checkpoint();
    copyFileSync(path, `${path}.twin`);
    writeFileSync(`${path}.twin`, other);
    utimesSync(`${path}.twin`, statSync(path).atime, statSync(path).mtime);
    await referToFile(layout, path);
    const { mtimeMs } = statSync(path);
    change(path);
    expect(statSync(path).mtimeMs).toBe(mtimeMs);
    await expect(referToFile(layout, path)).resolves.toEqual(idOf(other));
    await expect(findBlob(layout, id)).resolves.toBeNull();
    await expect(findBlob(layout, idOf(other))).resolves.toBe(path);
  });

  it.each<[string, (path: string) => void]>([
    ['got another name', (path) => linkSync(path, `${path}.link`)],
    ['got other rights', (path) => chmodSync(path, 0o600)],
  ])('reads a file again that %s, for it was touched, and then knows it', async (_, touch) => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    touch(path);
    await expect(isKnown(layout, path)).resolves.toBe(false);
    await expect(referToFile(layout, path)).resolves.toEqual(id);
    await expect(findBlob(layout, id)).resolves.toBe(path);
    await expect(isKnown(layout, path)).resolves.toBe(true);
  });

  it('takes a record by an older version, which has no inode, for none', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    await referToFile(layout, path);
    for (const record of [layout.knownPath(sha256(path)), layout.external(id.sha256)]) {
      const {
        sha256: digest,
        sizeBytes,
        mtimeNs,
      } = JSON.parse(readFileSync(record, 'utf8')) as Record<string, unknown>;
      writeFileSync(record, JSON.stringify({ sha256: digest, sizeBytes, mtimeNs, path }));
    }
    await expect(isKnown(layout, path)).resolves.toBe(false);
    await expect(referredPath(layout, id)).resolves.toBe(path);
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
    await expect(referToFile(layout, path)).resolves.toEqual(id);
    expect(existsSync(layout.knownPath(sha256(path)))).toBe(false);
    expect(JSON.parse(readFileSync(layout.external(id.sha256), 'utf8'))).toMatchObject({ mtimeNs: '-1' });
    // Its mtime may be set back: the time at which that was done cannot.
    age(path, 60_000);
    await referToFile(layout, path);
    expect(existsSync(layout.knownPath(sha256(path)))).toBe(false);
  });

  it('reads a file again, and does not fail, when it gets another name while it is read', async () => {
    const layout = temporaryStore();
    const path = checkpoint();
    let links = 0;
    await expect(referToFile(layout, path, () => linkSync(path, `${path}.${links++}`))).resolves.toEqual(id);
    expect(links).toBe(1);
  });

  it.each<[string, (path: string) => void]>([
    ['is replaced', (path) => renameSync(put(`${path}.new`, text), path)],
    ['is removed', (path) => rmSync(path)],
  ])('refuses a file that %s while it is read', async (_, change) => {
    const layout = temporaryStore();
    const path = checkpoint();
    await expect(referToFile(layout, path, () => change(path))).rejects.toMatchObject({
      code: 'SOURCE_CHANGED',
    });
    expect(existsSync(layout.external(id.sha256))).toBe(false);
  });

  it('takes the bytes of a file that changes while it is read, and gets its time back', async () => {
    const path = checkpoint();
    await expect(referToFile(temporaryStore(), path, () => changeInPlace(path))).resolves.toEqual(
      idOf(other),
    );
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

describe('noteMade', () => {
  it('makes the digest of a file known that was made just now', async () => {
    const layout = temporaryStore();
    const path = put(join(temporaryDirectory(), 'tiny.gguf'), text);
    await noteMade(layout, path, id.sha256);
    await expect(isKnown(layout, path)).resolves.toBe(true);
    changeInPlace(path);
    await expect(digestOutside(layout, path)).resolves.toEqual(idOf(other));
    await expect(findBlob(layout, idOf(other))).resolves.toBeNull();
  });
});
