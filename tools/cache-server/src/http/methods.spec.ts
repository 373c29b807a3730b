import { connect } from 'node:net';
import { sha256 } from 'nx-gguf/store';
import { startTestServer, type TestServer } from '../testing/running-server.js';

const digest = sha256('x');
const routes = [
  ['/health', 'GET, HEAD'],
  ['/metrics', 'GET, HEAD'],
  ['/stats', 'GET, HEAD'],
  ['/', 'GET, HEAD'],
  [`/cas/${digest}`, 'GET, HEAD, PUT'],
  [`/ac/${digest}`, 'GET, HEAD, PUT, DELETE'],
  ['/v1/cache/1', 'GET, HEAD, PUT, DELETE'],
  ['/uploads', 'HEAD, POST, PATCH, DELETE, OPTIONS'],
  [`/uploads/${'0'.repeat(32)}`, 'HEAD, POST, PATCH, DELETE, OPTIONS'],
  ['/namespaces/pr-1', 'DELETE'],
] as const;
const methods = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

describe('a method that a path does not take', () => {
  it.each(routes)('is a 405 of %s, which names %s', async (path, allowed) => {
    for (const method of methods.filter((one) => !allowed.split(', ').includes(one))) {
      const reply = await server.send(method, path, {
        token: null,
        headers: method === 'OPTIONS' ? {} : { 'x-http-method-override': 'GET' },
      });
      expect([method, reply.status, reply.headers.allow]).toEqual([method, 405, allowed]);
      if (method !== 'HEAD') expect(reply.json()['error']).toBe('METHOD_NOT_ALLOWED');
    }
  });

  it('ends the connection when it is CONNECT', async () => {
    const { hostname, port } = new URL(server.server.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    socket.write('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n');
    const answer: Buffer[] = [];
    socket.on('data', (chunk) => answer.push(chunk));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(answer).toString()).toBe('');
  });
});

describe('HEAD', () => {
  it.each(['/health', '/metrics', '/stats'])('of %s has what GET has, without the body', async (path) => {
    const [head, get] = [await server.send('HEAD', path), await server.send('GET', path)];
    expect([head.status, head.headers['content-type'], head.body.length]).toEqual([
      200,
      get.headers['content-type'],
      0,
    ]);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
    expect((await server.send('HEAD', path, { token: null })).status).toBe(path === '/health' ? 200 : 401);
  });
});
