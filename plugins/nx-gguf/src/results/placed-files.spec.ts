import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { discardBlob } from '../store/blobs.js';
import {
  adopt,
  age,
  flipBit,
  idOf,
  manifestOf,
  put,
  temporaryDirectory,
  temporaryStore,
} from '../store/testing/temporary-store.js';
import { placeFiles } from './placed-files.js';

const name = 'tiny-Q6_K.gguf';
const place = `dist/tiny/${name}`;
const manifest = manifestOf({ [name]: 'bytes' });

function given() {
  const [root, store] = [temporaryDirectory(), temporaryStore()];
  return {
    root,
    store,
    path: join(root, place),
    placed: (of = manifest) =>
      placeFiles(of, 'tiny', { root, store, report: () => undefined, signal: undefined }),
  };
}

describe('placeFiles', () => {
  it('places nothing of a damaged blob, and tells of it', async () => {
    const { path, store, placed } = given();
    const { sha256 } = await adopt(store, 'bytes');
    flipBit(store.blob(sha256), 2);
    const { places, missing, damaged } = await placed();
    expect({ places, missing }).toEqual({ places: [], missing: [place] });
    expect(damaged.map(({ code }) => code)).toEqual(['BLOB_DAMAGED']);
    expect(existsSync(path)).toBe(false);
  });

  it('links what the store has', async () => {
    const { store, path, placed } = given();
    await adopt(store, 'bytes');
    await expect(placed()).resolves.toEqual({ places: [place], missing: [], damaged: [] });
    expect(readFileSync(path, 'utf8')).toBe('bytes');
  });

  it('places nothing of a step whose files nobody looks for', async () => {
    await expect(given().placed({ ...manifest, step: 'kld-base' })).resolves.toEqual({
      places: [],
      missing: [],
      damaged: [],
    });
  });

  it('takes a file for what it is when the store has lost its bytes', async () => {
    const { store, path, placed } = given();
    const { sha256 } = await adopt(store, 'bytes');
    await placed();
    await discardBlob(store, sha256);
    await expect(placed()).resolves.toEqual({ places: [place], missing: [], damaged: [] });
    expect(readFileSync(path, 'utf8')).toBe('bytes');
  });

  it.each(['BYTES', 'more bytes'])(
    'does not leave an older result (%s) under the name of one whose bytes are not here',
    async (older) => {
      const { path, placed } = given();
      age(put(path, older), 60_000);
      await expect(placed()).resolves.toEqual({ places: [], missing: [place], damaged: [] });
      expect(existsSync(path)).toBe(false);
    },
  );

  it('notices a file that was changed since', async () => {
    const { path, placed } = given();
    put(path, 'bytes');
    utimesSync(path, 1000, 1000);
    await expect(placed()).resolves.toMatchObject({ missing: [] });
    put(path, 'BYTES');
    await expect(placed()).resolves.toMatchObject({ missing: [place] });
    expect(idOf('bytes').sizeBytes).toBe(idOf('BYTES').sizeBytes);
  });
});
