import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readHeaderBytes } from '../gguf/header-bytes.js';
import { tinyGguf } from '../gguf/testing/tiny-gguf.js';
import { openHttpSource } from './http-source.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
const anonymous = { authorization: () => null };

/** A server on the loopback interface; gives its origin. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves ranges of a file, as a web server does. */
const rangesOf = (file: Uint8Array, headers: Record<string, string> = {}): Handler => (request, response) => {
  const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  const end = Math.min(Number(to), file.length - 1);
  response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${file.length}`, ...headers });
  response.end(file.subarray(Number(from), end + 1));
};

const sequence = Uint8Array.from({ length: 600_000 }, (_, index) => index % 251);

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe('openHttpSource', () => {
  it('reads any part, each with one request of its range', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.headers.range);
      rangesOf(sequence)(request, response);
    });
    const source = await openHttpSource(`${origin}/m.gguf`, anonymous);
    expect(source.sizeBytes).toBe(600_000);
    expect(await source.read(10, 20)).toEqual(sequence.subarray(10, 30));
    expect(await source.read(599_990, 10)).toEqual(sequence.subarray(599_990));
    expect(asked).toEqual(['bytes=0-262143', 'bytes=599990-599999']);
  });

  it('reads the header of a GGUF and hardly more', async () => {
    const file = tinyGguf({ metadata: [['k', 'string', 'v']], tensors: [{ name: 'a', shape: [4096, 4096] }] });
    let sent = 0;
    const origin = await serve((request, response) => {
      response.on('finish', () => (sent += 1));
      rangesOf(file)(request, response);
    });
    const { header, bytes } = await readHeaderBytes(await openHttpSource(`${origin}/m.gguf`, anonymous));
    expect([header.fileSizeBytes, bytes.length]).toEqual([file.length, header.dataOffset]);
    expect(sent).toBe(1);
  });

  it('follows a redirect and takes no Authorization to another origin', async () => {
    const seen: Record<string, string | undefined>[] = [];
    const cdn = await serve((request, response) => {
      seen.push({ cdn: request.headers.authorization });
      rangesOf(sequence)(request, response);
    });
    const hub = await serve((request, response) => {
      seen.push({ hub: request.headers.authorization });
      response.writeHead(302, { location: request.url === '/m.gguf' ? '/moved.gguf' : `${cdn}/blob` }).end();
    });
    const source = await openHttpSource(`${hub}/m.gguf`, { authorization: (url) => (url.origin === hub ? 'Bearer secret' : null) });
    await source.read(500_000, 10);
    expect(seen).toEqual([{ hub: 'Bearer secret' }, { hub: 'Bearer secret' }, { cdn: undefined }, { hub: 'Bearer secret' }, { hub: 'Bearer secret' }, { cdn: undefined }]);
  });

  it('does not take the Authorization back when a redirect leads home again', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((_, response) => response.writeHead(302, { location: `${hub}/end` }).end());
    const hub: string = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/end') rangesOf(sequence)(request, response);
      else response.writeHead(302, { location: `${other}/` }).end();
    });
    await openHttpSource(`${hub}/start`, { authorization: () => 'Bearer secret' });
    expect(seen).toEqual(['Bearer secret', undefined]);
  });

  it('tries again when the server or the connection fails', async () => {
    let request = 0;
    const origin = await serve((incoming, response) => {
      request += 1;
      if (request === 1) response.writeHead(503).end();
      else if (request === 2) response.destroy();
      else rangesOf(sequence)(incoming, response);
    });
    await expect(openHttpSource(`${origin}/m`, anonymous)).resolves.toMatchObject({ sizeBytes: 600_000 });
  });

  it.each<[string, string, Handler]>([
    ['a server without ranges', 'HTTP_NO_RANGES', (_, response) => response.writeHead(200).end('whole')],
    ['another range than asked for', 'HTTP_NO_RANGES', (_, response) => response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('12345')],
    ['a range without size', 'HTTP_NO_RANGES', (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end('0123456789')],
    ['more bytes than it announces', 'HTTP_NO_RANGES', (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-4/5' }).end('0123456789')],
    ['compressed bytes', 'HTTP_NO_RANGES', (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-4/5', 'content-encoding': 'gzip' }).end('01234')],
    ['a missing file', 'HTTP_FAILED', (_, response) => response.writeHead(404).end()],
    ['a gated file', 'HTTP_FAILED', (_, response) => response.writeHead(403).end()],
    ['a circle of redirects', 'HTTP_REDIRECTS', (_, response) => response.writeHead(302, { location: '/again' }).end()],
    ['a redirect to a file', 'URL_UNUSABLE', (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end()],
    ['a server that keeps failing', 'HTTP_BUSY', (_, response) => response.writeHead(500).end()],
    ['fewer bytes than it announces', 'HTTP_UNREACHABLE', (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end('0123')],
  ])('refuses %s: %s', async (_, code, handler) => {
    const origin = await serve(handler);
    await expect(openHttpSource(`${origin}/m`, anonymous)).rejects.toMatchObject({ code });
  });

  it('notices a file that changes while it is read', async () => {
    let etag = '"a"';
    const origin = await serve((request, response) => rangesOf(sequence, { etag })(request, response));
    const source = await openHttpSource(`${origin}/m`, anonymous);
    etag = '"b"';
    await expect(source.read(400_000, 8)).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' });
  });

  it('gives up on a server that does not answer, and when it is interrupted', async () => {
    const origin = await serve(() => undefined);
    await expect(openHttpSource(`${origin}/m`, { ...anonymous, timeoutMs: 50 })).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    await expect(openHttpSource(`${origin}/m`, { ...anonymous, signal: abort.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it.each(['ftp://host/m', 'm.gguf', 'https://user:word@host/m'])('refuses %s', async (url) => {
    await expect(openHttpSource(url, anonymous)).rejects.toMatchObject({ code: 'URL_UNUSABLE' });
  });
});
