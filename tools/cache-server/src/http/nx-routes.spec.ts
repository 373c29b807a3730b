import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { tarBlock } from '../testing/tar-blocks.js';
import { nxArchive, startTestServer, type Reply, type TestServer } from '../testing/running-server.js';

let server: TestServer;

const put = (hash: string, body: Buffer | string, more: object = {}): Promise<Reply> =>
  server.send('PUT', `/v1/cache/${hash}`, { body, ...more });
const get = (hash: string, more: object = {}): Promise<Reply> =>
  server.send('GET', `/v1/cache/${hash}`, more);
const putBlob = (text: string): Promise<Reply> => server.send('PUT', `/cas/${sha256(text)}`, { body: text });

beforeAll(async () => {
  server = await startTestServer({ maxNxEntryBytes: 100_000 });
});

describe('/v1/cache/<hash>', () => {
  it('keeps what Nx sends and answers it, once', async () => {
    const archive = await nxArchive({ 'dist/app/main.js': 'console.log(1)' });
    expect((await get('1')).status).toBe(404);
    expect((await put('1', archive)).status).toBe(200);
    expect((await put('1', await nxArchive({ 'dist/app/main.js': 'console.log(2)' }))).status).toBe(409);
    const reply = await get('1');
    expect([reply.status, reply.body]).toEqual([200, archive]);
  });

  it('answers an entry only while every blob is there that a manifest in it names', async () => {
    const archive = await nxArchive({
      'dist/m/q/artifact.json': manifestText(manifestOf({ a: 'first blob' })),
      'dist/m/p/artifact.json': manifestText(manifestOf({ b: 'second blob', c: 'third blob' })),
      'dist/m/q/plan.json': '{}',
    });
    expect((await put('2', archive)).status).toBe(200);
    for (const text of ['first blob', 'second blob', 'third blob']) {
      expect((await get('2')).status).toBe(404);
      await putBlob(text);
    }
    expect((await get('2')).body).toEqual(archive);
    rmSync(join(server.directory, 'blobs', sha256('second blob').slice(0, 2), sha256('second blob')));
    expect((await get('2')).status).toBe(404);
  });

  it('takes a new entry in place of one that is not answered', async () => {
    const gone = manifestOf({ a: 'never sent' });
    await put('3', await nxArchive({ 'artifact.json': manifestText(gone) }));
    const archive = await nxArchive({ 'dist/x': 'rebuilt' });
    expect((await put('3', archive)).status).toBe(200);
    expect((await get('3')).body).toEqual(archive);
  });

  it.each([
    ['a file of that name that is no manifest', { 'dist/artifact.json': '{"name":"something else"}' }],
    ['a manifest under another name', { 'dist/other.json': manifestText(manifestOf({ a: 'not here' })) }],
    [
      'a manifest that names paths outside',
      {
        'dist/artifact.json': JSON.stringify({
          ...manifestOf({}),
          files: [{ name: '../x', sha256: sha256('not here'), sizeBytes: 8 }],
        }),
      },
    ],
  ])('takes %s for an ordinary output', async (what, files) => {
    const hash = sha256(what);
    await put(hash, await nxArchive(files));
    expect((await get(hash)).status).toBe(200);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no archive', Buffer.from('hello')],
    ['an archive of nothing', gzipSync(Buffer.alloc(10240))],
    ['half an archive', async () => (await nxArchive({ 'dist/a': 'x'.repeat(2000) })).subarray(0, 60)],
    [
      'half of what was packed',
      async () => gzipSync(gunzipSync(await nxArchive({ 'dist/a': 'x'.repeat(2000) })).subarray(0, 1500)),
    ],
    [
      'a damaged archive',
      async () => {
        const tar = gunzipSync(await nxArchive({ 'dist/a': 'x' }));
        tar[10] = 0x21;
        return gzipSync(tar);
      },
    ],
    ['a bomb', gzipSync(Buffer.alloc(90 << 20))],
    [
      'a header that announces gigabytes',
      gzipSync(Buffer.concat([tarBlock({ type: 'x', size: '17777777777' }), Buffer.alloc(50 << 20, 'x')])),
    ],
    ['headers of no member, without end', gzipSync(Buffer.alloc(110 << 20, tarBlock({ type: 'g' })))],
    ['more than is taken', Buffer.alloc(100_001)],
  ])('does not take %s: 403, and then a miss', async (what, body) => {
    const hash = sha256(what);
    expect((await put(hash, typeof body === 'function' ? await body() : body)).status).toBe(403);
    expect((await get(hash)).status).toBe(404);
  });

  it.each([
    ['no token', { token: null }],
    ['a token that is not known', { token: `nxg_00000000_${'A'.repeat(43)}` }],
  ])('answers %s as a miss, and does not take what it sends', async (_what, more) => {
    expect((await get('1', more)).status).toBe(404);
    expect((await put('9', await nxArchive({}), more)).status).toBe(403);
  });

  it('answers who sends too many requests as a miss, and does not take what it sends', async () => {
    const token = await server.token({ requestsPerMinute: 2 });
    await get('1', { token });
    await get('1', { token });
    expect((await get('1', { token })).status).toBe(404);
    expect((await put('9', await nxArchive({}), { token })).status).toBe(403);
  });

  it('does not answer bytes that changed on the disk', async () => {
    const archive = await nxArchive({ 'dist/a': 'sound' });
    await put('5', archive);
    const blob = join(server.directory, 'blobs', sha256(archive).slice(0, 2), sha256(archive));
    rmSync(blob);
    writeFileSync(blob, Buffer.alloc(archive.length));
    expect((await get('5')).status).toBe(404);
    expect((await put('5', archive)).status).toBe(200);
    expect((await get('5')).body).toEqual(archive);
  });

  it('keeps no archive in memory for those who do not read it', async () => {
    const large = await startTestServer();
    const archive = await nxArchive({ 'dist/a': randomBytes(12 << 20).toString('hex') });
    expect((await large.send('PUT', '/v1/cache/5', { body: archive })).status).toBe(200);
    const token = await large.token();
    const before = memoryInUse();
    const sockets = await Promise.all(
      Array.from({ length: 24 }, () =>
        firstByte(large, `GET /v1/cache/5 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`),
      ),
    );
    expect(memoryInUse() - before).toBeLessThan((24 * archive.length) / 3);
    for (const socket of sockets) socket.destroy();
  });

  it('forgets one for whoever may administer', async () => {
    const token = await server.token({ scopes: ['admin'] });
    await put('6', await nxArchive({}));
    expect((await server.send('DELETE', '/v1/cache/6', { token })).status).toBe(204);
    expect((await get('6')).status).toBe(404);
  });

  it('whatever breaks behind it: misses and 403, never anything else', async () => {
    const broken = await startTestServer();
    const archive = await nxArchive({ 'dist/a': 'x' });
    await broken.send('PUT', '/v1/cache/7', { body: archive });
    for (const part of ['spaces', 'staging', 'blobs']) {
      const path = join(broken.directory, part);
      renameSync(path, `${path}-away`);
      writeFileSync(path, 'in the way');
      expect([part, (await broken.send('GET', '/v1/cache/7')).status]).toEqual([
        part,
        part === 'staging' ? 200 : 404,
      ]);
      expect([part, (await broken.send('PUT', '/v1/cache/8', { body: archive })).status]).toEqual([
        part,
        403,
      ]);
      rmSync(path);
      renameSync(`${path}-away`, path);
    }
    expect((await broken.send('GET', '/v1/cache/7')).body).toEqual(archive);
    expect(broken.log.filter((line) => line.includes('"failed"'))).toHaveLength(5);
  });
});

/** Bytes of buffers that are in use, those that nobody needs any more apart. */
function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

/** A connection on which the first bytes of an answer came, and no more is read. */
function firstByte({ server: { url } }: TestServer, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  socket.write(text);
  return new Promise((resolve) => socket.once('readable', () => resolve(socket)));
}
