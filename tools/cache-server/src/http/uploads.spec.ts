import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import {
  startTestServer,
  temporaryDirectory,
  type Reply,
  type TestServer,
} from '../testing/running-server.js';

const tus = { 'tus-resumable': '1.0.0' };
let server: TestServer;

const metadata = (digest: string): string => `sha256 ${Buffer.from(digest).toString('base64')}`;
const announce = (
  at: TestServer,
  text: string,
  { digest = sha256(text), token }: { digest?: string; token?: string } = {},
): Promise<Reply> =>
  at.send('POST', '/uploads', {
    headers: { ...tus, 'upload-length': Buffer.byteLength(text), 'upload-metadata': metadata(digest) },
    ...(token === undefined ? {} : { token }),
  });
const append = (
  at: TestServer,
  location: string,
  { body, offset }: { body: string; offset: number },
): Promise<Reply> =>
  at.send('PATCH', location, {
    body,
    headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': offset },
  });
const offsetOf = async (at: TestServer, location: string): Promise<[number, string | undefined]> => {
  const { status, headers } = await at.send('HEAD', location, { headers: tus });
  return [status, headers['upload-offset'] as string | undefined];
};
const left = (at: TestServer): string[] =>
  existsSync(join(at.directory, 'uploads')) ? readdirSync(join(at.directory, 'uploads')) : [];

beforeAll(async () => {
  server = await startTestServer({ maxBlobBytes: 1 << 20 });
});

describe('/uploads', () => {
  it('takes a blob in parts, tells how much came, and publishes it with the last part', async () => {
    const text = 'first part, second part';
    const created = await announce(server, text);
    const location = created.headers.location ?? '';
    expect([created.status, location]).toEqual([201, expect.stringMatching(/^\/uploads\/[0-9a-f]{32}$/)]);
    expect(
      (await append(server, location, { body: text.slice(0, 12), offset: 0 })).headers['upload-offset'],
    ).toBe('12');
    expect(await offsetOf(server, location)).toEqual([200, '12']);
    expect((await server.send('HEAD', `/cas/${sha256(text)}`)).status).toBe(404);
    expect((await append(server, location, { body: text.slice(12), offset: 12 })).status).toBe(204);
    expect((await server.send('GET', `/cas/${sha256(text)}`)).body.toString()).toBe(text);
    expect(await offsetOf(server, location)).toEqual([404, undefined]);
    expect(left(server)).toEqual([]);
  });

  it('refuses a part that does not follow what came, and more than was announced', async () => {
    const location = (await announce(server, 'twelve bytes')).headers.location ?? '';
    expect((await append(server, location, { body: 'bytes', offset: 7 })).status).toBe(409);
    expect((await append(server, location, { body: 'twelve bytes and more', offset: 0 })).status).toBe(413);
    expect(await offsetOf(server, location)).toEqual([200, '0']);
  });

  it('removes what has the wrong digest', async () => {
    const location =
      (await announce(server, 'other bytes', { digest: sha256('these bytes') })).headers.location ?? '';
    const reply = await append(server, location, { body: 'other bytes', offset: 0 });
    expect([reply.status, reply.json()['error']]).toEqual([400, 'WRONG_DIGEST']);
    expect(await offsetOf(server, location)).toEqual([404, undefined]);
    expect((await server.send('HEAD', `/cas/${sha256('these bytes')}`)).status).toBe(404);
    expect((await server.send('HEAD', `/cas/${sha256('other bytes')}`)).status).toBe(404);
  });

  it.each([
    ['no digest', { 'upload-length': '5' }, 400],
    [
      'a digest that is a path',
      { 'upload-length': '5', 'upload-metadata': metadata('../../tokens.json') },
      400,
    ],
    ['no length', { 'upload-metadata': metadata(sha256('x')) }, 400],
    ['a length to come', { 'upload-defer-length': '1', 'upload-metadata': metadata(sha256('x')) }, 501],
    [
      'too large a length',
      { 'upload-length': String((1 << 20) + 1), 'upload-metadata': metadata(sha256('x')) },
      413,
    ],
    [
      'another version',
      { 'tus-resumable': '0.2.0', 'upload-length': '5', 'upload-metadata': metadata(sha256('x')) },
      400,
    ],
  ])('refuses an upload with %s', async (_what, headers, status) => {
    expect((await server.send('POST', '/uploads', { headers: { ...tus, ...headers } })).status).toBe(status);
  });

  it('refuses one that is here already, and lets others continue nothing', async () => {
    const text = 'here already';
    await server.send('PUT', `/cas/${sha256(text)}`, { body: text });
    expect((await announce(server, text)).json()).toMatchObject({ error: 'BLOB_EXISTS' });
    const location = (await announce(server, 'mine')).headers.location ?? '';
    const stranger = await server.token({ namespace: 'pr-1' });
    for (const method of ['HEAD', 'PATCH', 'DELETE']) {
      expect(
        (
          await server.send(method, location, {
            token: stranger,
            headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
          })
        ).status,
      ).toBe(404);
    }
    expect((await server.send('GET', location, { headers: tus })).status).toBe(405);
    expect(await offsetOf(server, location)).toEqual([200, '0']);
  });

  it('lets a namespace have so many that are not finished, and others have theirs', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'uploads'));
    for (let index = 0; index < 1000; index++) {
      const id = index.toString(16).padStart(32, '0');
      writeFileSync(join(directory, 'uploads', id), '');
      writeFileSync(
        join(directory, 'uploads', `${id}.json`),
        JSON.stringify({
          id,
          sha256: sha256(id),
          sizeBytes: 1,
          namespace: 'pr-1',
          created: new Date().toISOString(),
        }),
      );
    }
    const own = await startTestServer({}, { directory });
    const [stranger, ...others] = await Promise.all(
      ['pr-1', 'pr-2', 'trusted'].map((namespace) => own.token({ namespace })),
    );
    expect((await announce(own, 'one more', { token: stranger ?? '' })).json()).toMatchObject({
      error: 'TOO_MANY_UPLOADS',
    });
    for (const token of others) expect((await announce(own, 'one more', { token })).status).toBe(201);
  });

  it('makes what a pull request uploads its own', async () => {
    const text = 'uploaded by a pull request';
    const token = await server.token({ namespace: 'pr-1' });
    const location = (await announce(server, text, { token })).headers.location ?? '';
    await server.send('PATCH', location, {
      token,
      body: text,
      headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': 0 },
    });
    expect((await server.send('GET', `/cas/${sha256(text)}`, { token })).status).toBe(200);
    expect((await server.send('GET', `/cas/${sha256(text)}`)).status).toBe(404);
  });

  it('goes on after a connection that broke, and after a restart, from the bytes that came', async () => {
    const directory = temporaryDirectory();
    const text = 'x'.repeat(600_000);
    let now = await startTestServer({}, { directory });
    const location = (await announce(now, text)).headers.location ?? '';
    const token = await now.token();
    await breakOff(now, { location, token, part: text.slice(0, 200_000), length: text.length });
    const [, offset = ''] = await offsetOf(now, location);
    expect(Number(offset)).toBeGreaterThan(0);
    expect(Number(offset)).toBeLessThanOrEqual(200_000);
    await append(now, location, { body: text.slice(Number(offset), 300_000), offset: Number(offset) });
    await now.stop();
    now = await startTestServer({}, { directory });
    expect(await offsetOf(now, location)).toEqual([200, '300000']);
    expect(now.server.service.cache.space.reservedBytes()).toBe(600_000);
    expect((await append(now, location, { body: text.slice(300_000), offset: 300_000 })).status).toBe(204);
    expect((await now.send('GET', `/cas/${sha256(text)}`)).body.toString()).toBe(text);
    expect(now.server.service.cache.space.reservedBytes()).toBe(0);
  });

  it('gives up what nobody goes on with, and what its owner removes', async () => {
    const directory = temporaryDirectory();
    let now = Date.now();
    let one = await startTestServer({ uploadHours: 1 }, { directory, now: () => now });
    const removed = (await announce(one, 'removed')).headers.location ?? '';
    expect((await one.send('DELETE', removed, { headers: tus })).status).toBe(204);
    expect(one.server.service.cache.space.reservedBytes()).toBe(0);
    const location = (await announce(one, 'abandoned')).headers.location ?? '';
    await append(one, location, { body: 'aban', offset: 0 });
    now += 0.6 * 3_600_000;
    await one.stop();
    // The time without a server is nobody's fault.
    now += 24 * 3_600_000;
    one = await startTestServer({ uploadHours: 1 }, { directory, now: () => now });
    expect(await offsetOf(one, location)).toEqual([200, '4']);
    now += 0.6 * 3_600_000;
    await one.server.upkeep();
    expect(await offsetOf(one, location)).toEqual([404, undefined]);
    expect(left(one)).toEqual([]);
    expect(one.server.service.cache.space.reservedBytes()).toBe(0);
  });
});

/** Sends a part of a body and breaks the connection when some of it was written. */
async function breakOff(
  { server: { url }, directory }: TestServer,
  { location, token, part, length }: { location: string; token: string; part: string; length: number },
): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  socket.write(
    `PATCH ${location} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: ${length}\r\n\r\n`,
  );
  socket.write(part);
  while (statSync(join(directory, location)).size === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
  socket.destroy();
  await new Promise((resolve) => socket.once('close', resolve));
}
