import { statSync } from 'node:fs';
import { fileState } from '../files/file-state.js';
import { unprivileged } from '../files/testing/unprivileged.js';
import { isFresh, isFreshBlob, lastHashedMs, noteHashed, withHashing } from './scrub-record.js';
import { hashBlob, requireSound } from './sound-blob.js';
import { adopt, age, flipBit, idOf, temporaryStore } from './testing/temporary-store.js';

const day = 86_400_000;
const boot = { id: 'this', startedMs: 0 };
const nowMs = 100 * day;
const trustedForMs = 7 * day;

describe('isFresh', () => {
  it.each([
    ['hashed since the boot', { this: nowMs - day }, boot, true],
    ['hashed at this moment', { this: nowMs }, boot, true],
    ['never hashed', undefined, boot, false],
    ['hashed before the boot', { before: nowMs - day }, boot, false],
    ['hashed by another machine', { other: nowMs, this: nowMs - 8 * day }, boot, false],
    ['hashed too long ago', { this: nowMs - 7 * day }, boot, false],
    ['hashed in the future of a wrong clock', { this: nowMs + 1 }, boot, false],
    ['hashed before a boot without a name', { this: 5 }, { id: 'this', startedMs: 6 }, false],
    ['a run with the name of a property', {}, { id: 'constructor', startedMs: 0 }, false],
  ])('%s', (...[, hashings, present, expected]) => {
    expect(isFresh(hashings === undefined ? {} : { hashings }, { boot: present, nowMs, trustedForMs })).toBe(
      expected,
    );
  });

  it('keeps the newest times of eight runs', () => {
    let hashings = {};
    for (let run = 0; run < 20; run++)
      hashings = withHashing(hashings, { id: `run ${run}`, startedMs: 0 }, run);
    expect(Object.values(hashings)).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });
});

describe('requireSound', () => {
  const text = 'bytes '.repeat(1000);
  const { sha256 } = idOf(text);

  it('reads a blob once, for all who ask at once, and not again', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    let read = 0;
    const ask = () => requireSound(layout, { sha256 }, { onBytes: (count) => (read += count) });
    await Promise.all(Array.from({ length: 20 }, ask));
    expect(read).toBe(text.length);
    await ask();
    expect(read).toBe(text.length);
    await expect(isFreshBlob(layout, sha256)).resolves.toBe(true);
  });

  it('takes no reading for a use, so that a scrub keeps nothing from being collected', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    for (const path of [layout.blobRecord(sha256)]) age(path, 40 * day);
    const { mtimeMs } = statSync(layout.blobRecord(sha256));
    await hashBlob(layout, { sha256 });
    expect(statSync(layout.blobRecord(sha256)).mtimeMs).toBe(mtimeMs);
    await expect(lastHashedMs(layout, sha256)).resolves.toBeGreaterThan(0);
  });

  it('stops when it is told to', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const signal = AbortSignal.abort();
    await expect(requireSound(layout, { sha256 }, { signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(isFreshBlob(layout, sha256)).resolves.toBe(false);
  });

  it('finds no damage in a blob that is not there', async () => {
    await expect(requireSound(temporaryStore(), { sha256 })).resolves.toBeUndefined();
  });

  it('lets a new blob take the place of a damaged one of the same digest', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    flipBit(layout.blob(sha256), 77);
    await adopt(layout, text);
    await expect(hashBlob(layout, { sha256 })).resolves.toBe(sha256);
  });

  it('reads a store in which this user can note nothing', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const state = await fileState(layout.blob(sha256));
    if (state === null) throw new Error('no blob');
    await unprivileged(() => noteHashed(layout, sha256, { state, takenMs: Date.now() }));
    await expect(isFreshBlob(layout, sha256)).resolves.toBe(false);
  });
});
