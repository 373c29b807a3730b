import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { sha256 } from 'nx-gguf/store';
import { startTestServer, type TestServer } from '../testing/running-server.js';

/** A connection that sends something; what came back, and whether it has ended. */
function opened(
  { server: { url } }: TestServer,
  text = '',
): { socket: Socket; received: () => string; closed: Promise<unknown> } {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => void chunks.push(chunk));
  socket.on('error', () => undefined);
  if (text !== '') socket.write(text);
  return {
    socket,
    received: () => Buffer.concat(chunks).toString('latin1'),
    closed: new Promise((resolve) => socket.once('close', resolve)),
  };
}

/** Connections, each open on both sides. */
async function flood(server: TestServer, count: number, text: string): Promise<Socket[]> {
  const { connections } = server.server.service;
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const { socket } = opened(server, text);
    await once(socket, 'connect');
    sockets.push(socket);
  }
  const isDone = (): boolean =>
    Object.values(connections.count()).reduce((sum, one) => sum + one) +
      sockets.filter(({ destroyed }) => destroyed).length >=
    count;
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
  return sockets;
}

/** How many requests a token may begin now. */
function beginnable({ server: { service } }: TestServer, token: string): number {
  const { limits, settings } = service;
  const identity = { id: token.split('_')[1] ?? '', scopes: [], namespace: 'trusted' };
  const ends: (() => void)[] = [];
  try {
    while (ends.length < settings.requestsAtOnce) ends.push(limits.begin(identity));
  } catch {
    // So many are under way.
  }
  for (const end of ends) end();
  return ends.length;
}

const halfSent = 'GET /health HTTP/1.1\r\nHost: x\r\nX-Half: ';

describe('a server whose connections are all taken by strangers', () => {
  it.each([
    ['half-sent headers', halfSent],
    ['nothing sent', ''],
    ['connections kept after an answer', 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'bodies that nobody wants',
      `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx`,
    ],
  ])('by %s answers everybody else', async (_what, text) => {
    const server = await startTestServer({ maxConnections: 16, headerSeconds: 600, keepAliveSeconds: 600 });
    const body = 'weights';
    const path = `/cas/${sha256(body)}`;
    expect((await server.send('PUT', path, { body })).status).toBe(201);
    const sockets = await flood(server, 40, text);
    for (let turn = 0; turn < 3; turn++) {
      expect((await server.send('GET', path)).body.toString()).toBe(body);
      expect((await server.send('GET', '/health', { token: null })).status).toBe(200);
    }
    const metrics = (await server.send('GET', '/metrics')).body.toString();
    expect(metrics).toMatch(/nx_gguf_cache_connections_closed_total\{reason="full"\} [1-9]/);
    for (const socket of sockets) socket.destroy();
  });

  it('keeps the connections of those who have sent a token', async () => {
    const server = await startTestServer({ maxConnections: 16, keepAliveSeconds: 600, headerSeconds: 600 });
    const reader = opened(
      server,
      `GET /v1/cache/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await server.token()}\r\n\r\n`,
    );
    while (!reader.received().includes('not found')) await once(reader.socket, 'data');
    const sockets = await flood(server, 40, halfSent);
    reader.socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    while (!reader.received().includes('"ok"')) await once(reader.socket, 'data');
    for (const socket of [...sockets, reader.socket]) socket.destroy();
  });

  it('closes what one address has beyond its share, before all are in use', async () => {
    const server = await startTestServer({
      maxConnections: 14,
      connectionsPerAddress: 3,
      keepAliveSeconds: 600,
      headerSeconds: 600,
    });
    const sockets = await flood(server, 12, halfSent);
    const ended = sockets.map((socket) => once(socket, 'close'));
    // Those beyond three quarters of all, at least.
    await Promise.all(ended.slice(0, 2));
    expect(server.server.service.connections.count().stranger).toBeGreaterThanOrEqual(3);
    expect(sockets.at(-1)?.destroyed).toBe(false);
    for (const socket of sockets) socket.destroy();
  });

  it('stops at once, whatever they have begun to send', async () => {
    const server = await startTestServer({ shutdownSeconds: 86_400, headerSeconds: 600 });
    await flood(server, 5, halfSent);
    await flood(server, 5, `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx`);
    const { received, closed } = opened(server, halfSent);
    await server.stop();
    await closed;
    expect(received()).toBe('');
  });

  it('is not harmed when they break off, in the middle of a request or of an answer', async () => {
    const server = await startTestServer();
    const token = await server.token();
    const text = 'x'.repeat(2 << 20);
    await server.send('PUT', `/cas/${sha256(text)}`, { body: text });
    const auth = `Host: x\r\nAuthorization: Bearer ${token}\r\n`;
    for (const request of [
      halfSent,
      `GET /cas/${sha256(text)} HTTP/1.1\r\n${auth}\r\n`,
      `GET /stats HTTP/1.1\r\n${auth}\r\n`,
      `PUT /cas/${sha256('other')} HTTP/1.1\r\n${auth}Content-Length: 100\r\n\r\nx`,
    ])
      for (let turn = 0; turn < 5; turn++) {
        const { socket } = opened(server, request);
        await once(socket, 'connect');
        if (turn > 2) await new Promise(setImmediate);
        socket.resetAndDestroy();
      }
    const { connections, cache } = server.server.service;
    // The connection that this test sends requests on is kept.
    while (
      connections.count().trusted > 1 ||
      connections.count().stranger > 0 ||
      cache.space.reservedBytes() > 0
    )
      await new Promise((resolve) => setTimeout(resolve, 5));
    // No request counts as under way for ever: the token may send as many at once as before.
    const { requestsAtOnce } = server.server.service.settings;
    while (beginnable(server, token) < requestsAtOnce) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.log.join('')).not.toContain('"failed"');
  });

  it('gives up the answers that wait behind one which is not taken, with their files, when they break off', async () => {
    const server = await startTestServer();
    const token = await server.token();
    const text = 'x'.repeat(16 << 20);
    await server.send('PUT', `/cas/${sha256(text)}`, { body: text });
    const { requestsAtOnce } = server.server.service.settings;
    const { socket } = opened(
      server,
      ['cas', 'cas', 'v1/cache']
        .map(
          (route) =>
            `GET /${route}/${sha256(text)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`,
        )
        .join(''),
    );
    socket.once('data', () => socket.pause());
    // Bounded, so that a failure ends.
    const settled = async (isDone: () => boolean): Promise<boolean> => {
      for (let turn = 0; !isDone() && turn < 2000; turn++)
        await new Promise((resolve) => setTimeout(resolve, 5));
      return isDone();
    };
    expect(await settled(() => beginnable(server, token) <= requestsAtOnce - 3)).toBe(true);
    socket.resetAndDestroy();
    expect(await settled(() => beginnable(server, token) === requestsAtOnce)).toBe(true);
  });
});

describe('an odd request', () => {
  const get = 'GET /health HTTP/1.1\r\nHost: x\r\n';
  it.each([
    [
      'of HTTP 1.0 is answered, and the connection closed',
      'GET /health HTTP/1.0\r\n\r\n',
      /^HTTP\/1\.1 200 [^]*"ok"/,
    ],
    [
      'that wants another protocol is answered in this one',
      `${get}Connection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
      /^HTTP\/1\.1 200 [^]*"ok"/,
    ],
    [
      'that wants HTTP 2 is answered in this one',
      `${get}Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
      /^HTTP\/1\.1 200 [^]*"ok"/,
    ],
    ['that begins with HTTP 2 is refused', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'that expects what we do not know is refused',
      `${get}Expect: miracles\r\nConnection: close\r\n\r\n`,
      /^HTTP\/1\.1 417 /,
    ],
    [
      'of a stranger who waits to send is refused before the body',
      `PUT /cas/${sha256('x')} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000000000\r\n\r\n`,
      /^HTTP\/1\.1 401 /,
    ],
    ['with a header without end is refused', `${get}X: ${'a'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'with a path without end is refused',
      `GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    [
      'with headers without end is refused',
      `${get}${`A: ${'b'.repeat(20)}\r\n`.repeat(2000)}\r\n`,
      /^HTTP\/1\.1 431 /,
    ],
    ['without a host is refused', 'GET /health HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['that does not end in time is refused', halfSent, /^HTTP\/1\.1 408 /],
  ])('%s', async (...[, text, answer]) => {
    // A busy machine must not take a whole request for one that does not end in time.
    const server = await startTestServer({ headerSeconds: text === halfSent ? 0.2 : 600 });
    const { received, closed } = opened(server, text);
    await closed;
    expect(received()).toMatch(answer);
    expect(received()).not.toContain('100 Continue');
  });

  it('leaves its connection open for as long as one is kept, not as one that is read from', async () => {
    const server = await startTestServer({ keepAliveSeconds: 0.1, idleSeconds: 86_400 });
    const { received, closed } = opened(server, `${get}\r\n`);
    await closed;
    expect(received()).toContain('"ok"');
  });

  it('that is the first of a pile ends the connection', async () => {
    const server = await startTestServer({ keepAliveSeconds: 600 });
    const { received, closed } = opened(server, `${get}\r\n`.repeat(40));
    await closed;
    expect(received().split('HTTP/1.1 200').length).toBeLessThan(40);
  });
});

describe('requests without a token', () => {
  it('are so many a minute for an address; those with one go on, and health too', async () => {
    const server = await startTestServer({ requestsPerMinuteWithoutToken: 3 });
    const statuses = [];
    for (let turn = 0; turn < 3; turn++)
      statuses.push((await server.send('GET', '/stats', { token: null })).status);
    const over = await server.send('GET', '/nowhere', { token: null });
    const wrong = await server.send('GET', `/cas/${sha256('x')}`, {
      token: `nxg_00000000_${'A'.repeat(43)}`,
    });
    expect([...statuses, over.status, wrong.status]).toEqual([401, 401, 401, 429, 429]);
    expect([over.json()['error'], over.headers['retry-after'], over.headers.connection]).toEqual([
      'TOO_MANY_REQUESTS',
      expect.stringMatching(/^\d+$/),
      'close',
    ]);
    expect((await server.send('GET', '/stats')).status).toBe(200);
    for (let turn = 0; turn < 15; turn++)
      statuses.push((await server.send('GET', '/health', { token: null })).status);
    expect(new Set(statuses.slice(3))).toEqual(new Set([200]));
    expect((await server.send('GET', '/health', { token: null })).status).toBe(429);
  });

  it('are counted by the address that a trusted proxy names, and nobody else', async () => {
    const behind = async (server: TestServer, address: string): Promise<number> =>
      (await server.send('GET', '/stats', { token: null, headers: { 'x-forwarded-for': address } })).status;
    const proxied = await startTestServer({ requestsPerMinuteWithoutToken: 1, trustProxy: ['127.0.0.0/8'] });
    expect([
      await behind(proxied, '192.0.2.1'),
      await behind(proxied, '192.0.2.1'),
      await behind(proxied, '192.0.2.2'),
      await behind(proxied, '203.0.113.5, 192.0.2.2'),
    ]).toEqual([401, 429, 401, 429]);
    const direct = await startTestServer({ requestsPerMinuteWithoutToken: 1 });
    expect([await behind(direct, '192.0.2.1'), await behind(direct, '192.0.2.2')]).toEqual([401, 429]);
  });
});
