import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { openDiskStorage } from '../storage/disk.js';
import { manifestOf, manifestText } from '../testing/manifests.js';
import {
  nxArchive,
  startTestServer,
  temporaryDirectory,
  type TestServer,
} from '../testing/running-server.js';
import { publishBlob, type CacheContext } from './blobs.js';
import { createChanges } from './changes.js';
import { countHeld, createHoldings } from './holdings.js';
import { createSpace } from './space.js';
import { createTurns } from './turns.js';

const tus = { 'tus-resumable': '1.0.0' };
const putBlob = (server: TestServer, body: string, token?: string): Promise<{ status: number }> =>
  server.send('PUT', `/cas/${sha256(body)}`, { body, ...(token === undefined ? {} : { token }) });

/** What there is, which is what the server believes, once an eviction that still goes on has ended. */
async function figures({
  server: {
    service: { cache },
  },
}: TestServer): Promise<unknown[]> {
  for (let turn = 0; ; turn++) {
    const { used, holdings } = await countHeld(cache.storage, cache.space.sizeOf(0));
    const counted = [used.trusted + used.untrusted, Object.fromEntries(holdings.byNamespace())];
    const believed = [cache.space.usedBytes(), Object.fromEntries(cache.holdings.byNamespace())];
    if (turn < 100 && JSON.stringify(believed) !== JSON.stringify(counted)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    expect(believed).toEqual(counted);
    return counted;
  }
}

describe('what is counted along', () => {
  it.each([0, 5000])(
    'is what there is, whoever writes, replaces and removes the same at once, with %d bytes for each file',
    async (overheadBytes) => {
      const server = await startTestServer({}, { overheadBytes });
      const pull = await server.token({ namespace: 'pr-1' });
      const admin = await server.token({ scopes: ['admin'] });
      const texts = ['one', 'two', 'three'];
      await Promise.all([...texts, ...texts, ...texts].map((text) => putBlob(server, text)));
      await Promise.all([...texts, ...texts].map((text) => putBlob(server, `my ${text}`, pull)));
      const [action, key] = [manifestOf({ one: 'one' }), sha256('key')];
      const versions = Array.from({ length: 9 }, (_, index) => ({
        ...action,
        actionKey: key,
        facts: { padding: 'x'.repeat(index * 10) },
      }));
      await Promise.all(
        versions.map((version) => server.send('PUT', `/ac/${key}`, { body: manifestText(version) })),
      );
      const archive = await nxArchive({ a: 'x' });
      await Promise.all(
        [1, 2, 1, 2].map((hash) => server.send('PUT', `/v1/cache/${hash}`, { body: archive })),
      );
      expect(await figures(server)).toEqual([
        expect.any(Number),
        {
          trusted: { nx: 2, actions: 1, claims: 4, sizeBytes: expect.any(Number) as number },
          'pr-1': { nx: 0, actions: 0, claims: 3, sizeBytes: 20 },
        },
      ]);
      await Promise.all([1, 2, 3].map(() => server.send('DELETE', `/ac/${key}`, { token: admin })));
      await Promise.all([1, 2, 3].map(() => server.send('DELETE', '/v1/cache/1', { token: admin })));
      await figures(server);
    },
  );

  it('follows an eviction, and a restart', async () => {
    const server = await startTestServer({
      maxBytes: 100_000,
      graceMinutes: 0,
      highWater: 0.9,
      lowWater: 0.5,
    });
    for (let turn = 0; turn < 12; turn++)
      expect((await putBlob(server, `${turn}`.padEnd(20_000, '.'))).status).toBe(201);
    await figures(server);
    await server.stop();
    await figures(await startTestServer({}, { directory: server.directory, overheadBytes: 3 }));
  });

  it('forgets what a namespace holds, and what it was promised, when it is removed', async () => {
    const server = await startTestServer();
    const pull = await server.token({ namespace: 'pr-1' });
    const admin = await server.token({ scopes: ['admin'] });
    const action = manifestOf({ one: 'one' });
    await putBlob(server, 'one', pull);
    await putBlob(server, 'one');
    expect(await figures(server)).toEqual([3, expect.anything()]);
    await server.send('PUT', `/ac/${action.actionKey}`, { token: pull, body: manifestText(action) });
    for (const token of [pull, undefined])
      await server.send('POST', '/uploads', {
        ...(token === undefined ? {} : { token }),
        headers: {
          ...tus,
          'upload-length': '4096',
          'upload-metadata': `sha256 ${Buffer.from(sha256('z')).toString('base64')}`,
        },
      });
    expect((await server.send('DELETE', '/namespaces/pr-1', { token: admin })).status).toBe(204);
    expect(await figures(server)).toEqual([3, { trusted: { nx: 0, actions: 0, claims: 1, sizeBytes: 3 } }]);
    expect(server.server.service.cache.space.reservedBytes()).toBe(4096);
  });

  it('notices a blob that is damaged, and one that takes its place', async () => {
    const server = await startTestServer();
    for (const body of ['first content', 'second content']) {
      await putBlob(server, body);
      const blob = join(server.directory, 'blobs', sha256(body).slice(0, 2), sha256(body));
      rmSync(blob);
      writeFileSync(blob, 'cut');
    }
    server.server.service.cache.space.removed('first contentsecond content'.length - 6, true);
    expect((await server.send('GET', `/cas/${sha256('first content')}`)).status).toBe(404);
    expect(server.server.service.cache.space.usedBytes()).toBe(3);
    expect((await putBlob(server, 'second content')).status).toBe(201);
    expect(server.server.service.cache.space.usedBytes()).toBe('second content'.length);
  });

  it('counts a blob once at any moment: as promised, then as used', async () => {
    const storage = await openDiskStorage(temporaryDirectory());
    const space = createSpace({
      maxBytes: 1000,
      highWater: 1,
      lowWater: 1,
      untrustedBytes: 0,
      usedBytes: { trusted: 0, untrusted: 0 },
      overheadBytes: 0,
      freeBytes: () => Promise.resolve(null),
      evictsFromDisk: true,
      marginBytes: 0,
      evictTo: () => Promise.resolve(0),
      takeBack: () => Promise.resolve(0),
      patienceMs: 0,
    });
    const seen: number[] = [];
    const note = async <T>(work: Promise<T>): Promise<T> => {
      seen.push(space.usedBytes() + space.reservedBytes());
      return work;
    };
    const context: CacheContext = {
      space,
      holdings: createHoldings(),
      changes: createChanges(),
      locks: createTurns(1),
      reading: (_namespace, _bytes, work) => work(),
      mostDocumentBytes: 1 << 20,
      storage: {
        ...storage,
        publishBlob: (...args) => note(storage.publishBlob(...args)),
        writeDocument: (...args) => note(storage.writeDocument(...args)),
      },
    };
    const promised = await space.reserve(600, true);
    const path = join(storage.staging, 'received');
    writeFileSync(path, 'x'.repeat(600));
    await publishBlob(context, 'trusted', {
      id: { sha256: sha256('x'.repeat(600)), sizeBytes: 600 },
      path,
      promised,
    });
    expect([seen, space.usedBytes(), space.reservedBytes()]).toEqual([[600, 600], 600, 0]);
  });
});

describe('room that others are promised', () => {
  it('is waited for, and given to the next when its sender goes away', async () => {
    const server = await startTestServer({ maxBytes: 100_000 }, { patienceMs: 600_000 });
    const token = await server.token();
    const { hostname, port } = new URL(server.server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    socket.write(
      `PUT /cas/${sha256('never')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 60000\r\n\r\nabc`,
    );
    while (readdirSync(join(server.directory, 'staging')).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const { space } = server.server.service.cache;
    const { reserve } = space;
    const asked = new Promise<void>((resolve) => {
      space.reserve = (...args) => {
        resolve();
        return reserve(...args);
      };
    });
    const waits = putBlob(server, 'x'.repeat(60_000));
    await asked;
    socket.destroy();
    expect((await waits).status).toBe(201);
    expect(server.server.service.cache.space.reservedBytes()).toBe(0);
  });

  it.each([
    ['stands still', 0, 404],
    ['comes by drops', 100, 404],
    ['keeps its pace', 50_000, 200],
  ])(
    'is taken back, when nothing else gives way, from an upload that %s',
    async (_what, sentBytes, status) => {
      let now = Date.now();
      const server = await startTestServer(
        { maxBytes: 100_000, leastBytesPerSecond: 50 },
        { now: () => now },
      );
      const announced = await server.send('POST', '/uploads', {
        headers: {
          ...tus,
          'upload-length': '60000',
          'upload-metadata': `sha256 ${Buffer.from(sha256('z')).toString('base64')}`,
        },
      });
      expect((await putBlob(server, 'x'.repeat(60_000))).status).toBe(507);
      now += 11 * 60_000;
      const location = announced.headers.location ?? '';
      if (sentBytes > 0) {
        await server.send('PATCH', location, {
          body: 'x'.repeat(sentBytes),
          headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': 0 },
        });
        utimesSync(join(server.directory, location), now / 1000, now / 1000);
      }
      expect((await putBlob(server, 'x'.repeat(60_000))).status).toBe(status === 404 ? 201 : 507);
      expect((await server.send('HEAD', location, { headers: tus })).status).toBe(status);
      expect(server.server.service.cache.space.reservedBytes()).toBe(status === 404 ? 0 : 60_000);
    },
  );
});
