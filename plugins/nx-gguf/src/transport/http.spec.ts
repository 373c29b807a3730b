import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { openHttp, shownUrl } from './http.js';
import { transferSettings } from './transfer-settings.js';

describe('proxies', () => {
  let proxy: Server;
  let target: Server;
  const tunnels: string[] = [];
  const address = (server: Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    target = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    proxy = createServer()
      .on('connect', (request, socket, head) => {
        tunnels.push(request.url ?? '');
        const [host = '', port = ''] = (request.url ?? '').split(':');
        const upstream = connect(Number(port), host, () => {
          socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
          upstream.write(head);
          upstream.pipe(socket).pipe(upstream);
        });
        for (const end of [upstream, socket]) end.on('error', () => undefined);
      })
      .listen(0, '127.0.0.1');
    await Promise.all([once(target, 'listening'), once(proxy, 'listening')]);
  });

  afterAll(() => {
    for (const server of [proxy, target]) {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each<[string, (at: string) => Record<string, string>, number]>([
    ['HTTP_PROXY', (at) => ({ HTTP_PROXY: at }), 1],
    ['http_proxy', (at) => ({ http_proxy: at }), 1],
    ['ALL_PROXY', (at) => ({ ALL_PROXY: at }), 1],
    ['HTTP_PROXY without a scheme', (at) => ({ HTTP_PROXY: at.replace('http://', '') }), 1],
    ['NO_PROXY', (at) => ({ HTTP_PROXY: at, NO_PROXY: '127.0.0.1' }), 0],
    ['no proxy', () => ({}), 0],
  ])('%s', async (...[, env, count]) => {
    tunnels.length = 0;
    const http = openHttp({ env: env(`http://${address(proxy)}`), settings: transferSettings({}) });
    const answer = await http.send({ url: `http://${address(target)}/` });
    expect(await answer.body.text()).toBe('hello');
    await http.close();
    expect(tunnels).toHaveLength(count);
  });
});

it.each([
  { HTTPS_PROXY: 'ftp://me:secret@proxy.example.org' },
  { all_proxy: 'http://' },
  { http_proxy: 'secret proxy:port' },
])('%j is told, and not shown', (env) => {
  const open = () => openHttp({ env, settings: transferSettings({}) });
  expect(open).toThrow(/^(?:HTTPS|ALL|HTTP)_PROXY is no address of a proxy$/);
});

describe('shownUrl', () => {
  it.each([
    ['https://user:secret@example.org/a/b?token=secret#secret', 'https://example.org/a/b'],
    ['https://example.org', 'https://example.org/'],
    ['no address', 'an address that is none'],
  ])('%s', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });
});
