import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { sha256 } from '../core/digest.js';
import { collectGarbage } from './gc.js';
import { findTensors, forgetTensors, indexTensors, readTensorIndex } from './tensor-index.js';
import { verifyTensors } from './tensor-upkeep.js';
import { adoptBytes, temporaryStore } from './testing/temporary-store.js';

const key = (name: string) => sha256(`key of ${name}`);
const tensor = (name: string, offset: number, ...keys: string[]) => ({
  name,
  range: { offset, length: 10 },
  sha256: sha256(name),
  keys: keys.map(key),
});

describe('tensor index', () => {
  it('finds tensors by key, wherever they are', async () => {
    const store = temporaryStore();
    const a = await adoptBytes(store, new Uint8Array(100));
    const b = await adoptBytes(store, new Uint8Array(101));
    await indexTensors(store, { blob: a, tensors: [tensor('x', 0, 'x1'), tensor('y', 32, 'y1')] });
    await indexTensors(store, { blob: b, tensors: [tensor('y', 64, 'y2')] });
    const found = await findTensors(store, [key('x1'), key('y2'), key('z')]);
    expect(found).toEqual(
      new Map([
        [
          key('x1'),
          {
            blob: a.sha256,
            path: store.blob(a.sha256),
            range: { offset: 0, length: 10 },
            sha256: sha256('x'),
          },
        ],
        [
          key('y2'),
          {
            blob: b.sha256,
            path: store.blob(b.sha256),
            range: { offset: 64, length: 10 },
            sha256: sha256('y'),
          },
        ],
      ]),
    );
  });

  it('falls back to an older blob when the newest is gone', async () => {
    const store = temporaryStore();
    const a = await adoptBytes(store, new Uint8Array(100));
    const b = await adoptBytes(store, new Uint8Array(101));
    for (const blob of [a, b]) await indexTensors(store, { blob, tensors: [tensor('x', 0, 'x')] });
    expect((await findTensors(store, [key('x')])).get(key('x'))?.blob).toBe(b.sha256);
    await rm(store.blob(b.sha256));
    expect((await findTensors(store, [key('x')])).get(key('x'))?.blob).toBe(a.sha256);
  });

  it('keeps earlier keys of the same bytes', async () => {
    const store = temporaryStore();
    const blob = await adoptBytes(store, new Uint8Array(100));
    await indexTensors(store, { blob, tensors: [tensor('x', 0, 'one')] });
    await indexTensors(store, { blob, tensors: [tensor('x', 0, 'two')] });
    expect([...(await findTensors(store, [key('one'), key('two')])).keys()]).toHaveLength(2);
  });

  it('never offers a blob that changed', async () => {
    const store = temporaryStore();
    const blob = await adoptBytes(store, new Uint8Array(100));
    await indexTensors(store, { blob, tensors: [tensor('x', 0, 'x')] });
    await rm(store.blob(blob.sha256));
    await writeFile(store.blob(blob.sha256), new Uint8Array(100).fill(1));
    expect((await findTensors(store, [key('x')])).size).toBe(0);
  });

  it.each([
    ['no JSON', '{'],
    ['another format', '{"format":2,"sizeBytes":100,"tensors":[]}'],
    ['a range outside the blob', `{"format":1,"sizeBytes":100,"tensors":[["x",95,10,"${sha256('x')}",[]]]}`],
    ['a row that is no row', '{"format":1,"sizeBytes":100,"tensors":[7]}'],
    ['a digest that is none', '{"format":1,"sizeBytes":100,"tensors":[["x",0,10,"../../x",[]]]}'],
  ])('takes an index with %s for absent', async (_, text) => {
    const store = temporaryStore();
    const blob = await adoptBytes(store, new Uint8Array(100));
    await indexTensors(store, { blob, tensors: [tensor('x', 0, 'x')] });
    await writeFile(store.tensorIndex(blob.sha256), text);
    expect(await readTensorIndex(store, blob.sha256)).toBeNull();
    expect((await findTensors(store, [key('x')])).size).toBe(0);
  });

  it('forgets a blob without touching what others hold', async () => {
    const store = temporaryStore();
    const a = await adoptBytes(store, new Uint8Array(100));
    const b = await adoptBytes(store, new Uint8Array(101));
    for (const blob of [a, b])
      await indexTensors(store, { blob, tensors: [tensor('x', 0, 'x'), tensor('y', 32, blob.sha256)] });
    await forgetTensors(store, b.sha256);
    const found = await findTensors(store, [key('x'), key(a.sha256), key(b.sha256)]);
    expect([...found.values()].map(({ blob }) => blob)).toEqual([a.sha256, a.sha256]);
    await expect(readFile(store.tensorKey(key(b.sha256)))).rejects.toThrow('ENOENT');
  });

  it('is dropped by gc together with its blob', async () => {
    const store = temporaryStore();
    const blob = await adoptBytes(store, new Uint8Array(100));
    await indexTensors(store, { blob, tensors: [tensor('x', 0, 'x')] });
    await utimes(store.blob(blob.sha256), new Date(0), new Date(0));
    const nowMs = Date.now();
    expect(await collectGarbage(store, { keep: [], usedSinceMs: nowMs, dryRun: false, nowMs })).toMatchObject(
      { blobs: 1, tensorIndexes: 1 },
    );
    expect(await readTensorIndex(store, blob.sha256)).toBeNull();
    await expect(readFile(store.tensorKey(key('x')))).rejects.toThrow('ENOENT');
  });

  it('is verified: dangling ones are named, and lost lookups come back', async () => {
    const store = temporaryStore();
    const a = await adoptBytes(store, new Uint8Array(100));
    const b = await adoptBytes(store, new Uint8Array(101));
    await indexTensors(store, { blob: a, tensors: [tensor('x', 0, 'x')] });
    await indexTensors(store, { blob: b, tensors: [tensor('y', 0, 'y')] });
    await rm(store.tensorKey(key('x')));
    await rm(store.blob(b.sha256));
    expect(await verifyTensors(store, { repair: false })).toEqual({
      indexes: 2,
      problems: [{ blob: b.sha256, reason: 'its bytes are gone' }],
    });
    await verifyTensors(store, { repair: true });
    expect((await findTensors(store, [key('x'), key('y')])).size).toBe(1);
    expect(await verifyTensors(store, { repair: false })).toEqual({ indexes: 1, problems: [] });
  });

  it('finds the tensors that are known among those of many variants', async () => {
    const store = temporaryStore();
    const keys = Array.from({ length: 300 }, (_, index) => `t${index}`);
    for (let variant = 0; variant < 20; variant++) {
      const blob = await adoptBytes(store, new Uint8Array(4000 + variant));
      await indexTensors(store, {
        blob,
        tensors: keys.map((name, index) =>
          tensor(name, index * 10, index % 2 === 0 ? name : `${name} ${variant}`),
        ),
      });
    }
    expect((await findTensors(store, keys.map(key))).size).toBe(150);
  }, 30_000);
});
