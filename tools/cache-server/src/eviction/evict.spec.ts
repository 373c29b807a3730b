import { utimesSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { nxArchive, startTestServer, type TestServer } from '../testing/running-server.js';

const text = (name: string, sizeBytes: number): string => name.padEnd(sizeBytes, '.');
const putBlob = async (server: TestServer, body: string, token?: string): Promise<number> =>
  (await server.send('PUT', `/cas/${sha256(body)}`, { body, ...(token === undefined ? {} : { token }) }))
    .status;
const statusOf = async (server: TestServer, path: string): Promise<number> =>
  (await server.send('GET', path)).status;

/**
 * Sets everything that is there back in time. The server reads blobs whose mtime changed again, which is all
 * the same here.
 */
function age(server: TestServer, minutes: number): void {
  for (const folder of ['blobs', 'spaces']) {
    for (const name of readdirSync(join(server.directory, folder), { recursive: true, encoding: 'utf8' })) {
      const path = join(server.directory, folder, name);
      const then = new Date(statSync(path).mtimeMs - minutes * 60_000);
      if (statSync(path).isFile()) utimesSync(path, then, then);
    }
  }
}

describe('eviction', () => {
  it('makes room for what comes: what was used least recently goes, and the manifests that name it', async () => {
    const server = await startTestServer({ maxBytes: 100_000, highWater: 0.9, lowWater: 0.5 });
    const [old, used, fresh] = [text('old', 30_000), text('used', 30_000), text('fresh', 45_000)];
    const [oldAction, usedAction] = [manifestOf({ old }), manifestOf({ used })];
    await putBlob(server, old);
    await putBlob(server, used);
    for (const action of [oldAction, usedAction])
      await server.send('PUT', `/ac/${action.actionKey}`, { body: manifestText(action) });
    age(server, 60);
    expect(await statusOf(server, `/ac/${usedAction.actionKey}`)).toBe(200);
    expect(await putBlob(server, fresh)).toBe(201);
    expect(await statusOf(server, `/ac/${oldAction.actionKey}`)).toBe(404);
    expect(await statusOf(server, `/cas/${sha256(old)}`)).toBe(404);
    expect(await statusOf(server, `/ac/${usedAction.actionKey}`)).toBe(200);
    expect((await server.send('GET', `/cas/${sha256(fresh)}`)).body.toString()).toBe(fresh);
    expect(server.server.service.metrics.totals().evictedBytes).toBeGreaterThan(30_000);
  });

  it('refuses what does not fit beside what was used a moment ago, and takes smaller things', async () => {
    const server = await startTestServer({ maxBytes: 100_000 });
    await putBlob(server, text('a', 60_000));
    const reply = await server.send('PUT', `/cas/${sha256('x')}`, {
      headers: { 'content-length': 60_000, expect: '100-continue' },
    });
    expect([reply.status, reply.json()['error']]).toEqual([507, 'STORAGE_FULL']);
    expect((await server.send('PUT', '/v1/cache/1', { body: Buffer.alloc(60_000) })).status).toBe(403);
    expect(
      (
        await server.send('POST', '/uploads', {
          headers: {
            'tus-resumable': '1.0.0',
            'upload-length': 60_000,
            'upload-metadata': `sha256 ${Buffer.from(sha256('y')).toString('base64')}`,
          },
        })
      ).status,
    ).toBe(507);
    expect(await putBlob(server, text('b', 20_000))).toBe(201);
    expect(server.server.service.cache.space.reservedBytes()).toBe(0);
  });

  it('counts room that is promised: two uploads that fit alone do not fit together', async () => {
    const server = await startTestServer({ maxBytes: 100_000 });
    const announce = (name: string) =>
      server.send('POST', '/uploads', {
        headers: {
          'tus-resumable': '1.0.0',
          'upload-length': 60_000,
          'upload-metadata': `sha256 ${Buffer.from(sha256(name)).toString('base64')}`,
        },
      });
    expect((await Promise.all([announce('x'), announce('y')])).map(({ status }) => status).sort()).toEqual([
      201, 507,
    ]);
  });

  it('lets pull requests fill no more than their share: main keeps what it has', async () => {
    const server = await startTestServer({
      maxBytes: 100_000,
      highWater: 0.9,
      lowWater: 0.8,
      untrustedShare: 0.3,
    });
    const token = await server.token({ namespace: 'pr-1' });
    const main = text('main', 50_000);
    await putBlob(server, main);
    age(server, 60);
    for (let turn = 0; turn < 10; turn++)
      expect(await putBlob(server, text(`junk ${turn}`, 20_000), token)).toBe(201);
    expect(await putBlob(server, text('too much', 31_000), token)).toBe(413);
    expect(await statusOf(server, `/cas/${sha256(main)}`)).toBe(200);
  });

  it('lets them be promised no more either, nor keep more as manifests: main keeps what it has', async () => {
    const server = await startTestServer({
      maxBytes: 100_000,
      highWater: 0.9,
      lowWater: 0.8,
      untrustedShare: 0.3,
    });
    const main = text('main', 50_000);
    await putBlob(server, main);
    age(server, 60);
    const token = await server.token({ namespace: 'pr-1' });
    const announce = async (name: string): Promise<number> =>
      (
        await server.send('POST', '/uploads', {
          token,
          headers: {
            'tus-resumable': '1.0.0',
            'upload-length': 14_000,
            'upload-metadata': `sha256 ${Buffer.from(sha256(name)).toString('base64')}`,
          },
        })
      ).status;
    expect([await announce('a'), await announce('b'), await announce('c'), await announce('d')]).toEqual([
      201, 201, 507, 507,
    ]);
    const other = await startTestServer({
      maxBytes: 100_000,
      highWater: 0.9,
      lowWater: 0.8,
      untrustedShare: 0.3,
    });
    await putBlob(other, main);
    age(other, 60);
    const pull = await other.token({ namespace: 'pr-1' });
    for (let turn = 0; turn < 8; turn++) {
      const manifest = manifestOf(
        {},
        { actionKey: sha256(`junk ${turn}`), facts: { junk: 'x'.repeat(20_000) } },
      );
      expect(
        (await other.send('PUT', `/ac/${manifest.actionKey}`, { token: pull, body: manifestText(manifest) }))
          .status,
      ).toBe(200);
    }
    for (const one of [server, other]) expect(await statusOf(one, `/cas/${sha256(main)}`)).toBe(200);
  });

  it('lets them fill it with small things no more than with large ones', async () => {
    const server = await startTestServer(
      { maxBytes: 100_000, highWater: 0.9, lowWater: 0.8, untrustedShare: 0.3 },
      { overheadBytes: 1000 },
    );
    const token = await server.token({ namespace: 'pr-1' });
    const main = text('main', 40_000);
    await putBlob(server, main);
    age(server, 60);
    for (let turn = 0; turn < 100; turn++) expect(await putBlob(server, `${turn}`, token)).toBe(201);
    const kept = readdirSync(join(server.directory, 'blobs'), { recursive: true, encoding: 'utf8' }).filter(
      (name) => /[0-9a-f]{64}$/.test(name),
    );
    expect(kept.length).toBeLessThan(60);
    expect(await statusOf(server, `/cas/${sha256(main)}`)).toBe(200);
  });

  it('after a restart knows how much there is', async () => {
    const server = await startTestServer();
    await putBlob(server, text('a', 5000));
    await server.send('PUT', '/v1/cache/1', { body: await nxArchive({ a: 'x' }) });
    const used = server.server.service.cache.space.usedBytes();
    await server.stop();
    const again = await startTestServer({}, { directory: server.directory });
    expect(again.server.service.cache.space.usedBytes()).toBe(used);
  });

  it('under many readers and writers: what is answered is whole and right, and a manifest never names what is not there', async () => {
    const server = await startTestServer(
      { maxBytes: 400_000, highWater: 0.7, lowWater: 0.3, graceMinutes: 0 },
      { patienceMs: 600_000 },
    );
    const contents = Array.from({ length: 40 }, (_, index) => text(`content ${index}`, 20_000));
    const actions = contents.map((content) => manifestOf({ content }));
    let hits = 0;
    const client = async (first: number): Promise<void> => {
      for (let turn = 0; turn < 60; turn++) {
        // Each is asked for twice: clients in step would otherwise come back to a content only when it is
        // gone.
        const index = (first + (turn >> 1) * 7) % contents.length;
        const [content = '', action = manifestOf({})] = [contents[index], actions[index]];
        const found = await server.send('GET', `/ac/${action.actionKey}`);
        if (found.status === 200) {
          hits++;
          const blob = await server.send('GET', `/cas/${sha256(content)}`);
          // It was just answered, so it counts as used; only what came since can have pushed it out.
          if (blob.status === 200) expect(blob.body.toString()).toBe(content);
          else expect(blob.status).toBe(404);
          continue;
        }
        expect(found.status).toBe(404);
        expect([200, 201]).toContain(await putBlob(server, content));
        expect([200, 409]).toContain(
          (await server.send('PUT', `/ac/${action.actionKey}`, { body: manifestText(action) })).status,
        );
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, index) => client(index * 5)));
    expect(hits).toBeGreaterThan(0);
    expect(server.server.service.metrics.totals().evictedBytes).toBeGreaterThan(0);
    expect(server.server.service.cache.space.reservedBytes()).toBe(0);
    expect(server.log.filter((line) => line.includes('"failed"'))).toEqual([]);
  }, 60_000);
});
