import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { startTestServer, type TestServer } from '../testing/running-server.js';

const text = 'the bytes of a blob';
const digest = sha256(text);
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ maxBlobBytes: 1 << 20 });
  await server.send('PUT', `/cas/${digest}`, { body: text });
});

describe('GET and HEAD /cas/<sha256>', () => {
  it('answers the bytes, their size, and their digest as ETag', async () => {
    const reply = await server.send('GET', `/cas/${digest}`);
    expect([reply.status, reply.body.toString(), reply.headers.etag, reply.headers['accept-ranges']]).toEqual(
      [200, text, `"${digest}"`, 'bytes'],
    );
    const head = await server.send('HEAD', `/cas/${digest}`);
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([
      200,
      0,
      String(text.length),
    ]);
  });

  it.each([
    ['bytes=0-3', 206, 'the ', `bytes 0-3/${text.length}`],
    ['bytes=4-', 206, text.slice(4), `bytes 4-${text.length - 1}/${text.length}`],
    ['bytes=-4', 206, 'blob', `bytes ${text.length - 4}-${text.length - 1}/${text.length}`],
    ['bytes=-400', 206, text, `bytes 0-${text.length - 1}/${text.length}`],
    ['bytes=10-9999999999999999', 206, text.slice(10), `bytes 10-${text.length - 1}/${text.length}`],
    ['bytes=400-', 416, '', `bytes */${text.length}`],
    ['bytes=-0', 416, '', `bytes */${text.length}`],
    ['bytes=3-1', 200, text, undefined],
    ['bytes=0-1,3-4', 200, text, undefined],
    ['bytes=99999999999999999999999-', 200, text, undefined],
    ['lines=1-2', 200, text, undefined],
    ['bytes=a-b', 200, text, undefined],
  ])('Range: %s: %d %s', async (range, ...expected) => {
    const reply = await server.send('GET', `/cas/${digest}`, { headers: { range } });
    expect([reply.status, reply.body.toString(), reply.headers['content-range']]).toEqual(expected);
  });

  it('honours If-Range and If-None-Match', async () => {
    const statusWith = async (headers: Record<string, string>): Promise<number> =>
      (await server.send('GET', `/cas/${digest}`, { headers })).status;
    expect(await statusWith({ range: 'bytes=1-2', 'if-range': `"${digest}"` })).toBe(206);
    expect(await statusWith({ range: 'bytes=1-2', 'if-range': '"other"' })).toBe(200);
    expect(await statusWith({ 'if-none-match': `"other", "${digest}"` })).toBe(304);
  });

  it('keeps a blob of no bytes', async () => {
    const empty = sha256('');
    expect((await server.send('PUT', `/cas/${empty}`, { body: '' })).status).toBe(201);
    expect((await server.send('GET', `/cas/${empty}`)).headers['content-length']).toBe('0');
  });

  it.each([
    `/cas/${'0'.repeat(64)}`,
    `/cas/${digest.toUpperCase()}`,
    `/cas/${digest.slice(1)}`,
    `/cas//${digest}`,
    `/cas/../cas/${digest}`,
    `/cas/%2e%2e/${digest}`,
    `/cas/${digest}/`,
    `/cas/${digest}%00`,
    `/./cas/${digest}`,
    `//cas/${digest}`,
    `/CAS/${digest}`,
    '/blobs/../tokens.json',
    '/%2e%2e/tokens.json',
    '/cas/..%2f..%2ftokens.json',
    `http://elsewhere/cas/${digest}`,
  ])('answers 404 for %s', async (path) => {
    expect((await server.send('GET', path)).status).toBe(404);
  });
});

describe('PUT /cas/<sha256>', () => {
  const other = 'other bytes';

  it('takes a blob once, and again without storing it twice', async () => {
    const path = `/cas/${sha256('put twice')}`;
    expect((await server.send('PUT', path, { body: 'put twice' })).status).toBe(201);
    expect((await server.send('PUT', path, { body: 'put twice' })).status).toBe(200);
    expect((await server.send('PUT', path, { body: 'other' })).json()).toMatchObject({
      error: 'WRONG_DIGEST',
    });
    expect((await server.send('GET', path)).body.toString()).toBe('put twice');
  });

  it('refuses what is not what its name says, and keeps nothing of it', async () => {
    const reply = await server.send('PUT', `/cas/${sha256(other)}`, { body: 'not these' });
    expect([reply.status, reply.json()['error']]).toEqual([400, 'WRONG_DIGEST']);
    expect((await server.send('HEAD', `/cas/${sha256(other)}`)).status).toBe(404);
    expect(readdirSync(join(server.directory, 'staging'))).toEqual([]);
  });

  it('refuses more than it takes before a byte of it is sent', async () => {
    const reply = await server.send('PUT', `/cas/${sha256(other)}`, {
      headers: { 'content-length': (1 << 20) + 1, expect: '100-continue' },
    });
    expect([reply.status, reply.json()['error'], reply.headers.connection]).toEqual([
      413,
      'BLOB_TOO_LARGE',
      'close',
    ]);
  });

  it('refuses a body whose size is not announced', async () => {
    const reply = await server.send('PUT', `/cas/${sha256(other)}`, {
      body: other,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect([reply.status, reply.json()['error']]).toEqual([411, 'LENGTH_REQUIRED']);
  });

  it.each(['POST', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await server.send(method, `/cas/${digest}`)).status).toBe(405);
  });
});

describe('who may', () => {
  it.each([
    ['no token', null],
    ['a token of another server', `nxg_00000000_${'A'.repeat(43)}`],
    ['words', 'let me in'],
    ['nothing', ''],
  ])('%s: 401, read or write', async (_what, token) => {
    for (const method of ['GET', 'HEAD', 'PUT'])
      expect(
        (await server.send(method, `/cas/${digest}`, { token, ...(method === 'PUT' ? { body: text } : {}) }))
          .status,
      ).toBe(401);
  });

  it('a token that may read may not write, and one that may write may not read', async () => {
    const reader = await server.token({ scopes: ['read'] });
    const writer = await server.token({ scopes: ['write'] });
    expect((await server.send('GET', `/cas/${digest}`, { token: reader })).status).toBe(200);
    expect((await server.send('PUT', `/cas/${digest}`, { token: reader, body: text })).json()).toMatchObject({
      error: 'FORBIDDEN',
    });
    expect((await server.send('PUT', `/cas/${digest}`, { token: writer, body: text })).status).toBe(200);
    expect((await server.send('GET', `/cas/${digest}`, { token: writer })).status).toBe(403);
  });
});
