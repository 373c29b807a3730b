import { connect } from 'node:net';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { startTestServer, type TestServer } from '../testing/running-server.js';

/**
 * Sends bytes as they are, a few at a time when told so, and gives what comes back until the connection ends.
 */
async function raw({ server: { url } }: TestServer, pieces: Iterable<string>, pauseMs = 0): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let received = '';
  socket.on('data', (chunk) => void (received += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  await closed;
  return received;
}

describe('the server', () => {
  it('closes a connection on which nothing moves', async () => {
    const server = await startTestServer({ idleSeconds: 0.3 });
    expect(await raw(server, [])).toBe('');
    expect(await raw(server, ['GET /health HTTP/1.1\r\nHost'])).toBe('');
    const token = await server.token();
    expect(
      await raw(server, [
        `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\nabc`,
      ]),
    ).not.toContain('HTTP/1.1 2');
    const announced = await server.send('POST', '/uploads', {
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': '100',
        'upload-metadata': `sha256 ${Buffer.from(sha256('x')).toString('base64')}`,
      },
    });
    const location = announced.headers.location ?? '';
    expect(
      await raw(server, [
        `PATCH ${location} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100\r\n\r\nabc`,
      ]),
    ).not.toContain('HTTP/1.1 2');
    expect((await server.send('DELETE', location, { headers: { 'tus-resumable': '1.0.0' } })).status).toBe(
      204,
    );
    // The connection ends before the server has tidied up after it.
    while (server.server.service.cache.space.reservedBytes() > 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(readdirSync(join(server.directory, 'staging'))).toEqual([]);
  });

  it('turns away who sends a body by drops', async () => {
    const server = await startTestServer({ idleSeconds: 1, leastBytesPerSecond: 1_000_000 });
    const token = await server.token();
    const answer = await raw(
      server,
      [
        `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Length: 200000000\r\n\r\n`,
        ...Array.from({ length: 60 }, () => 'x'),
      ],
      100,
    );
    expect(answer).toContain('408 Request Timeout');
    expect(answer).toContain('TOO_SLOW');
    expect(server.server.service.cache.space.reservedBytes()).toBe(0);
  });

  it('does not let somebody who was answered go on by drops, whoever that is', async () => {
    const server = await startTestServer({ idleSeconds: 0.3 });
    function* drops(): Generator<string> {
      yield `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n`;
      for (;;) yield 'x';
    }
    expect(await raw(server, drops(), 50)).toContain('401 Unauthorized');
  });

  it('answers so many requests of a token at a time, whoever keeps them waiting, and others go on', async () => {
    const server = await startTestServer({ requestsAtOnce: 3 });
    const [token, other] = [await server.token(), await server.token()];
    const { hostname, port } = new URL(server.server.url);
    const sockets = ['a', 'b', 'c'].map((text) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on('error', () => undefined);
      socket.write(
        `PUT /cas/${sha256(text)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\n`,
      );
      return socket;
    });
    while (server.server.service.cache.space.reservedBytes() < 300)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const statusWith = async (one: string, path: string): Promise<number> =>
      (await server.send('GET', path, { token: one })).status;
    expect([
      await statusWith(token, '/stats'),
      await statusWith(token, '/v1/cache/1'),
      await statusWith(other, '/stats'),
    ]).toEqual([429, 404, 200]);
    for (const socket of sockets) socket.destroy();
    while (server.server.service.cache.space.reservedBytes() > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await statusWith(token, '/stats')).toBe(200);
  });

  it('does not count it as a failure of its own when a client goes away', async () => {
    const server = await startTestServer();
    const token = await server.token();
    const { hostname, port } = new URL(server.server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.write(
      `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\nabc`,
    );
    while (server.server.service.cache.space.reservedBytes() === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    while (server.server.service.cache.space.reservedBytes() > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    while (Object.keys(server.server.service.metrics.totals().errors).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.server.service.metrics.totals().errors).toEqual({ CLIENT_GONE: 1 });
    expect(server.log.join('')).not.toContain('"failed"');
  });

  it.each([
    ['headers without end', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, '431'],
    ['no HTTP', 'hello\r\n\r\n', '400'],
    [
      'two lengths',
      'PUT /ac/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      '400',
    ],
    [
      'a length and chunks',
      'PUT /ac/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['a negative length', 'PUT /ac/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', '400'],
  ])('refuses %s', async (_what, text, status) => {
    expect(await raw(await startTestServer(), [text])).toContain(`HTTP/1.1 ${status}`);
  });

  it('answers health to all, and metrics and a page to those who may read', async () => {
    const server = await startTestServer();
    const admin = await server.token({ scopes: ['read', 'admin'], note: '<b>runner</b>' });
    await server.send('GET', `/cas/${sha256('x')}`);
    expect((await server.send('GET', '/health', { token: null })).json()).toEqual({ status: 'ok' });
    expect([
      (await server.send('GET', '/metrics', { token: null })).status,
      (await server.send('GET', '/stats', { token: null })).status,
    ]).toEqual([401, 401]);
    const metrics = (await server.send('GET', '/metrics')).body.toString();
    expect(metrics).toContain('nx_gguf_cache_lookups_total{kind="blob",result="miss"} 1');
    expect(metrics).toContain('nx_gguf_cache_errors_total{code="UNAUTHORIZED"} 2');
    const page = await server.send('GET', '/stats');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body.toString()).not.toContain('Tokens');
    const full = (await server.send('GET', '/stats', { token: admin })).body.toString();
    expect(full).toContain('&#60;b&#62;runner');
    expect(full).not.toMatch(/<(script|link|img)|https?:/);
    expect(full).not.toContain(admin.split('_')[2]);
  });

  it('tells people the room, the hits, what was refused, and what each namespace holds that they may see', async () => {
    const server = await startTestServer({ maxBytes: 1 << 20 });
    const [admin, reader] = [
      await server.token({ scopes: ['read', 'admin'] }),
      await server.token({ scopes: ['read'] }),
    ];
    const pull = await server.token({ namespace: 'pr-1' });
    const rows = async (token: string): Promise<string[]> =>
      [...(await server.send('GET', '/stats', { token })).body.toString().matchAll(/<tr>(.*?)<\/tr>/g)].map(
        ([, row = '']) =>
          row
            .replace(/<[^>]+>/g, ' ')
            .replace(/ +/g, ' ')
            .trim(),
      );
    await server.send('PUT', `/cas/${sha256('x'.repeat(2048))}`, { body: 'x'.repeat(2048) });
    await server.send('PUT', `/cas/${sha256('x'.repeat(1024))}`, { body: 'x'.repeat(1024), token: pull });
    for (const path of [sha256('x'.repeat(2048)), sha256('nothing'), sha256('nothing at all')])
      await server.send('GET', `/cas/${path}`);
    await server.send('PUT', `/cas/${sha256('x')}`, { body: 'y', token: reader });
    await server.send('POST', '/uploads', {
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': '4096',
        'upload-metadata': `sha256 ${Buffer.from(sha256('z')).toString('base64')}`,
      },
    });
    expect(await rows(admin)).toEqual(
      expect.arrayContaining(['blobs 1 2 33.3%', 'FORBIDDEN 1', 'pr-1 0 0 1 1 KiB', 'trusted 0 0 1 2 KiB']),
    );
    expect(await rows(reader)).not.toContainEqual(expect.stringContaining('pr-1'));
    expect((await server.send('GET', '/stats')).body.toString().replace(/<[^>]+>/g, '')).toMatch(
      /3 KiB of 1 MiB used .*4 KiB promised to 1 upload under way .*room is made above 95%/,
    );
  });

  it('makes the page without a look at what is kept, however much that is', async () => {
    const server = await startTestServer();
    await server.send('PUT', `/cas/${sha256('x')}`, { body: 'x' });
    const never = (): never => {
      throw new Error('everything was looked at');
    };
    Object.assign(server.server.service.cache.storage, { blobs: never, documents: never, namespaces: never });
    const reply = await server.send('GET', '/stats');
    expect([reply.status, reply.body.toString().replace(/<[^>]+>/g, ' ')]).toEqual([
      200,
      expect.stringMatching(/trusted +0 +0 +1 +1 B/),
    ]);
  });

  it('asks a browser for the token as a password', async () => {
    const server = await startTestServer();
    expect((await server.send('GET', '/stats', { token: null })).headers['www-authenticate']).toContain(
      'Basic',
    );
    const token = await server.token();
    expect(
      (
        await server.send('GET', '/stats', {
          token: null,
          headers: { authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` },
        })
      ).status,
    ).toBe(200);
  });

  it('runs once on a directory', async () => {
    const server = await startTestServer();
    await expect(startTestServer({}, { directory: server.directory })).rejects.toMatchObject({
      code: 'DIRECTORY_IN_USE',
    });
    await server.stop();
    await startTestServer({}, { directory: server.directory });
  });

  it('finishes what is under way when it is told to stop', async () => {
    const server = await startTestServer({ shutdownSeconds: 5 });
    const body = 'x'.repeat(3_000_000);
    const put = server.send('PUT', `/cas/${sha256(body)}`, { body });
    while (server.server.service.cache.space.reservedBytes() === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await server.stop();
    expect((await put).status).toBe(201);
    await expect(server.send('GET', '/health')).rejects.toThrow('ECONNREFUSED');
  });
});
