import { jest } from '@jest/globals';
import { createCipheriv } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../core/seeded-random.js';
import { findBlob } from '../store/blobs.js';
import { adoptBytes, flipBit, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { offeredBlob } from './offered-blob.js';
import { openRemote } from './open-remote.js';
import { remotePlace } from './remote-place.js';
import type { RemoteStore } from './remote-store.js';
import { startLoopbackCache } from './testing/loopback-cache.js';
import { cacheServer, s3Keys, startCacheServer } from './testing/real-servers.js';
import { startSmallS3 } from './testing/small-s3.js';

// A loaded machine takes its time.
jest.setTimeout(60_000);

const { signal } = new AbortController();
const noise = (length: number, seed: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(length));
const small = [1, 3000, 1 << 20, (1 << 20) + 1, (2 << 20) + 777];
/** More than what S3, and our own server, get in one piece. */
const large = (8 << 20) + 5;

/**
 * Sends blobs with a flipped bit each: every one is named and goes to quarantine, the remote has none of them, and it
 * takes the sound one afterwards.
 */
async function flipEach(remote: RemoteStore, sizes: readonly number[], held: () => unknown): Promise<void> {
  const random = seededRandom(41);
  for (const [turn, size] of sizes.entries()) {
    const store = temporaryStore();
    const bytes = noise(size, turn);
    const id = await adoptBytes(store, bytes);
    const blob = { name: `part-${turn}.gguf`, path: store.blob(id.sha256), ...id };
    flipBit(blob.path, Math.floor(random() * size), Math.floor(random() * 8));
    const before = held();
    await expect(remote.writeBlob(offeredBlob(blob, { store }), signal)).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
      message: expect.stringContaining(blob.name) as string,
    });
    expect(held()).toEqual(before);
    await expect(remote.hasBlob(id.sha256, signal)).resolves.toBe(false);
    expect([await findBlob(store, id), existsSync(store.quarantined(id.sha256))]).toEqual([null, true]);
    await adoptBytes(store, bytes);
    await remote.writeBlob(offeredBlob(blob, { store }), signal);
    await expect(remote.hasBlob(id.sha256, signal)).resolves.toBe(true);
  }
  await remote.close();
}

const open = (address: string, token: string | null = null) =>
  openRemote(remotePlace(address, 'the test'), { store: temporaryStore(), env: process.env, token });

it('a shared directory gets no flipped bit, and keeps no temporary file of one', async () => {
  const directory = temporaryDirectory();
  await flipEach(await open(`file://${directory}`), [...small, ...small, ...small], () =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.length > 'cas/00'.length,
    ),
  );
});

it('a web server that checks nothing gets none', async () => {
  const cache = await startLoopbackCache();
  try {
    await flipEach(await open(cache.base), [...small, ...small], () => [...cache.files.keys()]);
  } finally {
    await cache.close();
  }
});

it('S3 gets none, at once or in parts, and no upload stays open', async () => {
  const s3 = await startSmallS3();
  Object.assign(process.env, s3Keys);
  try {
    await flipEach(await open(`s3://models/team?endpoint=${s3.base}`), [...small, large], () => [
      ...s3.objects.keys(),
      ...s3.open.keys(),
    ]);
  } finally {
    for (const name of Object.keys(s3Keys)) Reflect.deleteProperty(process.env, name);
    await s3.close();
  }
});

(cacheServer === null ? it.skip : it)('our own server gets none, by PUT or by tus', async () => {
  const server = await startCacheServer(cacheServer ?? '');
  try {
    await flipEach(await open(server.base, server.token), [...small, large], () =>
      readdirSync(join(server.directory), { recursive: true, encoding: 'utf8' }).filter((name) =>
        /blobs\/..\/[0-9a-f]{64}$/.test(name),
      ),
    );
  } finally {
    await server.close();
  }
});
