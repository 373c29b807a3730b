import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import {
  s3Keys,
  startVersitygw,
  versitygw,
  type RealServer,
} from '../../../../plugins/nx-gguf/src/remote/testing/real-servers.js';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { nxArchive, startTestServer, temporaryDirectory } from '../testing/running-server.js';
import { openDiskStorage } from './disk.js';
import { openS3Storage } from './s3.js';
import type { DocumentName, Storage } from './storage.js';

/** What every storage does. `again` opens the same one as a later process would. */
function itIsAStorage(open: () => Promise<{ storage: Storage; again: () => Promise<Storage> }>): void {
  let storage: Storage;
  let again: () => Promise<Storage>;
  const name = (key: string, changes: Partial<DocumentName> = {}): DocumentName => ({
    namespace: 'trusted',
    kind: 'actions',
    key: sha256(key),
    ...changes,
  });
  const publish = async (bytes: Buffer): Promise<string> => {
    const path = join(storage.staging, 'received');
    writeFileSync(path, bytes);
    const id = { sha256: sha256(bytes), sizeBytes: bytes.length };
    await storage.publishBlob(id, path);
    expect(existsSync(path)).toBe(false);
    return id.sha256;
  };
  const read = async (digest: string, range?: { start: number; end: number }): Promise<Buffer | null> => {
    const body = await storage.openBlob(digest, range);
    return body === null ? null : Buffer.concat((await body.toArray()) as Buffer[]);
  };
  const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const all: T[] = [];
    for await (const item of items) all.push(item);
    return all;
  };

  beforeAll(async () => {
    ({ storage, again } = await open());
  });

  it('has nothing that was not put into it', async () => {
    const digest = sha256('nothing');
    expect([
      await storage.findBlob(digest, true),
      await storage.openBlob(digest),
      await storage.blobUsage(digest),
      await storage.readDocument(name('x')),
      await storage.documentUsage(name('x')),
    ]).toEqual([null, null, null, null, null]);
    await storage.removeBlob(digest);
    await storage.removeDocument(name('x'));
    await storage.touchDocument(name('x'));
  });

  it.each([1, 70_000, (20 << 20) + 17])('gives back a blob of %d bytes, whole and in part', async (size) => {
    const bytes = randomBytes(size);
    const digest = await publish(bytes);
    expect([await storage.findBlob(digest, true), (await storage.blobUsage(digest))?.sizeBytes]).toEqual([
      size,
      size,
    ]);
    expect((await read(digest))?.equals(bytes)).toBe(true);
    expect(
      (await read(digest, { start: Math.floor(size / 2), end: size - 1 }))?.equals(
        bytes.subarray(Math.floor(size / 2)),
      ),
    ).toBe(true);
    await publish(bytes);
    expect((await collected(storage.blobs())).filter((blob) => blob.sha256 === digest)).toHaveLength(1);
    await storage.removeBlob(digest);
    expect(await storage.findBlob(digest, true)).toBeNull();
  });

  it('keeps texts by namespace and kind, the one that was written last', async () => {
    await storage.writeDocument(name('a'), 'first');
    await storage.writeDocument(name('a'), 'ä second');
    await storage.writeDocument(name('a', { kind: 'nx' }), 'other kind');
    await storage.writeDocument(name('a', { namespace: 'pr-1', kind: 'claims' }), '{}');
    expect([
      await storage.readDocument(name('a')),
      await storage.readDocument(name('a', { kind: 'nx' })),
      await storage.readDocument(name('a', { namespace: 'pr-1' })),
    ]).toEqual(['ä second', 'other kind', null]);
    expect((await storage.namespaces()).sort()).toEqual(['pr-1', 'trusted']);
    expect(
      (await collected(storage.documents()))
        .map((one) => [one.name.namespace, one.name.kind, one.sizeBytes])
        .sort(),
    ).toEqual([
      ['pr-1', 'claims', 0],
      ['trusted', 'actions', 9],
      ['trusted', 'nx', 10],
    ]);
    await storage.removeNamespace('pr-1');
    expect((await storage.namespaces()).sort()).toEqual(['pr-1', 'trusted']);
    await storage.removeDocument(name('a', { namespace: 'pr-1', kind: 'claims' }));
    await storage.removeNamespace('pr-1');
    expect(await storage.namespaces()).toEqual(['trusted']);
    expect(await storage.readDocument(name('a'))).toBe('ä second');
  });

  it('knows what was used last, also after a restart', async () => {
    const digest = await publish(Buffer.from('used'));
    await storage.writeDocument(name('used'), 'x');
    const before = [
      (await storage.blobUsage(digest))?.usedMs ?? 0,
      (await storage.documentUsage(name('used')))?.usedMs ?? 0,
    ];
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await storage.findBlob(digest, true);
    await storage.touchDocument(name('used'));
    await storage.saveUse();
    for (const one of [storage, await again()]) {
      const after = [
        (await one.blobUsage(digest))?.usedMs ?? 0,
        (await one.documentUsage(name('used')))?.usedMs ?? 0,
      ];
      expect(after.map((usedMs, index) => usedMs - (before[index] ?? 0) > 900)).toEqual([true, true]);
      expect((await collected(one.blobs())).find((blob) => blob.sha256 === digest)?.usedMs).toBe(after[0]);
    }
  });
}

describe('storage on a disk', () => {
  itIsAStorage(async () => {
    const directory = temporaryDirectory();
    return { storage: await openDiskStorage(directory), again: () => openDiskStorage(directory) };
  });
});

(versitygw === null ? describe.skip : describe)(
  `storage in a bucket${versitygw === null ? ' (skipped: the S3 server is not here, and `npm test` brings it where it can)' : ''}`,
  () => {
    let server: RealServer;
    beforeAll(async () => {
      Object.assign(process.env, s3Keys, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' });
      server = await startVersitygw(versitygw ?? '', ['models', 'served']);
    });
    afterAll(async () => {
      await server.close();
      for (const key of Object.keys(s3Keys)) Reflect.deleteProperty(process.env, key);
    });

    itIsAStorage(async () => {
      const directory = temporaryDirectory();
      const bucket = { bucket: 'models', prefix: 'team/cache', endpoint: server.base };
      return {
        storage: await openS3Storage(directory, bucket),
        again: () => openS3Storage(directory, bucket),
      };
    });

    it('serves blobs, manifests, entries of Nx and evictions as a disk does', async () => {
      const cache = await startTestServer({
        s3: { bucket: 'served', endpoint: server.base },
        maxBytes: 300_000,
        graceMinutes: 0,
      });
      const text = 'x'.repeat(100_000);
      const action = manifestOf({ text });
      const archive = await nxArchive({ 'artifact.json': manifestText(action) });
      expect(
        (await cache.send('PUT', `/ac/${action.actionKey}`, { body: manifestText(action) })).status,
      ).toBe(409);
      expect((await cache.send('PUT', '/v1/cache/1', { body: archive })).status).toBe(200);
      expect((await cache.send('GET', '/v1/cache/1')).status).toBe(404);
      expect((await cache.send('PUT', `/cas/${sha256(text)}`, { body: text })).status).toBe(201);
      expect(
        (await cache.send('PUT', `/ac/${action.actionKey}`, { body: manifestText(action) })).status,
      ).toBe(200);
      expect((await cache.send('GET', '/v1/cache/1')).body).toEqual(archive);
      expect(
        (
          await cache.send('GET', `/cas/${sha256(text)}`, { headers: { range: 'bytes=99990-' } })
        ).body.toString(),
      ).toBe('x'.repeat(10));
      for (const letter of ['y', 'z']) {
        const body = letter.repeat(100_000);
        expect((await cache.send('PUT', `/cas/${sha256(body)}`, { body })).status).toBe(201);
      }
      expect([
        (await cache.send('GET', `/ac/${action.actionKey}`)).status,
        (await cache.send('GET', '/v1/cache/1')).status,
      ]).toEqual([404, 404]);
    });
  },
);
