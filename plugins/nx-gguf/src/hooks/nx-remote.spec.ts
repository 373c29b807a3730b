import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nxRemoteProblem } from './nx-remote.js';

let server: Server;
let base = '';
let status = 404;
const asked: (string | undefined)[][] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push([request.method, request.url, request.headers.authorization]);
    response.writeHead(status).end('text');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
});

const problem = (address: string): Promise<string | null> =>
  nxRemoteProblem({
    NX_SELF_HOSTED_REMOTE_CACHE_SERVER: address,
    NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: 'secret',
  });

describe("the server of Nx's remote cache", () => {
  it('is asked what Nx will ask it', async () => {
    status = 404;
    await expect(problem(`${base}/`)).resolves.toBeNull();
    expect(asked).toEqual([['GET', '/v1/cache/0', 'Bearer secret']]);
  });

  it.each([200, 400, 401, 403])(
    'can be used, or its user is told by Nx, when it answers %d',
    async (answer) => {
      status = answer;
      await expect(problem(base)).resolves.toBeNull();
    },
  );

  it.each([500, 502, 503, 429])('cannot be used when it answers %d', async (answer) => {
    status = answer;
    await expect(problem(base)).resolves.toMatch(new RegExp(`^${base}/: .*${answer}`));
  });

  it('cannot be used when nobody listens', async () => {
    await expect(problem('http://127.0.0.1:9')).resolves.toBe(
      'http://127.0.0.1:9/: the connection was refused',
    );
  });

  it('is not looked for where there is none', async () => {
    for (const address of [undefined, ''])
      await expect(nxRemoteProblem({ NX_SELF_HOSTED_REMOTE_CACHE_SERVER: address })).resolves.toBeNull();
    await expect(problem('no address')).resolves.toBeNull();
  });
});
