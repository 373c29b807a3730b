import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findBlob } from './blobs.js';
import { placeForGood } from './place-for-good.js';
import { adopt, flipBit, idOf, put, temporaryDirectory, temporaryStore } from './testing/temporary-store.js';

const text = 'a quantized model';
const other = text.toUpperCase();
const name = 'imatrix.gguf';

it('copies a file outside the store, which may change later', async () => {
  const layout = temporaryStore();
  const source = put(join(temporaryDirectory(), name), text);
  const path = join(temporaryDirectory(), 'published', name);
  await placeForGood(layout, { name, ...idOf(text), path: source }, path);
  writeFileSync(source, other);
  expect(readFileSync(path, 'utf8')).toBe(text);
});

it('publishes nothing under the digest of other bytes', async () => {
  const layout = temporaryStore();
  const source = put(join(temporaryDirectory(), name), other);
  const path = join(temporaryDirectory(), 'published', name);
  await expect(placeForGood(layout, { name, ...idOf(text), path: source }, path)).rejects.toMatchObject({
    code: 'SOURCE_CHANGED',
  });
  expect(readdirSync(dirname(path))).toEqual([]);
});

it('leaves what is there when the blob is damaged, which nobody finds any more', async () => {
  const layout = temporaryStore();
  const id = await adopt(layout, text);
  const blob = layout.blob(id.sha256);
  flipBit(blob, 5);
  const path = put(join(temporaryDirectory(), 'published', name), 'older');
  await expect(placeForGood(layout, { name, ...id, path: blob }, path)).rejects.toMatchObject({
    code: 'BLOB_DAMAGED',
    message: expect.stringContaining(name) as string,
  });
  expect(readFileSync(path, 'utf8')).toBe('older');
  expect(readdirSync(dirname(path))).toEqual([name]);
  await expect(findBlob(layout, id)).resolves.toBeNull();
  expect(existsSync(layout.quarantined(id.sha256))).toBe(true);
});
