import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readHeaderBytes } from '../gguf/header/header-bytes.js';
import { tinyGguf } from '../gguf/testing/tiny-gguf.js';
import type { ByteSource } from '../gguf/byte-source.js';
import { addressedFile, refusal, withAddressed } from './addressed-file.js';
import { withHttpSource, type RangedContext, type RangedFile } from './http-source.js';
import { transferSettings, type TransferSettings } from '../transport/transfer-settings.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];

const context = (
  settings: Partial<TransferSettings> = {},
  env: Record<string, string> = {},
): RangedContext => ({
  env: { HOME: '/nowhere', ...env },
  report: () => undefined,
  signal: undefined,
  settings: transferSettings({}, { attempts: 3, backoffMs: 1, stallMs: 400, ...settings }),
});
const fileAt = (url: string, token: RangedFile['token'] = null): RangedFile => ({
  name: 'm.gguf',
  url,
  token,
  refused: (answer) => refusal('m.gguf', answer),
});
const open = <T>(url: string, work: (source: ByteSource) => Promise<T>): Promise<T> =>
  withHttpSource(fileAt(url), context(), work);
const size = (source: ByteSource) => Promise.resolve(source.sizeBytes);

/** A server on the loopback interface; gives its origin. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Serves ranges of a file, as a web server does. */
const rangesOf =
  (file: Uint8Array, headers: Record<string, string> = {}): Handler =>
  (request, response) => {
    const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
    const end = Math.min(Number(to), file.length - 1);
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${file.length}`, ...headers });
    response.end(file.subarray(Number(from), end + 1));
  };

const sequence = Uint8Array.from({ length: 600_000 }, (_, index) => index % 251);

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

describe('a file on a web server', () => {
  it('is read at any place, each time with one request of that range', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.headers.range);
      rangesOf(sequence)(request, response);
    });
    await open(`${origin}/m.gguf`, async (source) => {
      expect(source.sizeBytes).toBe(600_000);
      expect(await source.read(10, 20)).toEqual(sequence.subarray(10, 30));
      expect(await source.read(599_990, 10)).toEqual(sequence.subarray(599_990));
    });
    expect(asked).toEqual(['bytes=0-262143', 'bytes=599990-599999']);
  });

  it('gives the header of a GGUF with hardly more', async () => {
    const file = tinyGguf({
      metadata: [['k', 'string', 'v']],
      tensors: [{ name: 'a', shape: [4096, 4096] }],
    });
    let sent = 0;
    const origin = await serve((request, response) => {
      response.on('finish', () => (sent += 1));
      rangesOf(file)(request, response);
    });
    const { header, bytes } = await open(`${origin}/m.gguf`, readHeaderBytes);
    expect([header.fileSizeBytes, bytes.length]).toEqual([file.length, header.dataOffset]);
    expect(sent).toBe(1);
  });

  it('is read over redirects, and the token goes to no other origin', async () => {
    const seen: Record<string, string | undefined>[] = [];
    const cdn = await serve((request, response) => {
      seen.push({ cdn: request.headers.authorization });
      rangesOf(sequence)(request, response);
    });
    const hub = await serve((request, response) => {
      seen.push({ hub: request.headers.authorization });
      response.writeHead(302, { location: request.url === '/m.gguf' ? '/moved.gguf' : `${cdn}/blob` }).end();
    });
    await withHttpSource(fileAt(`${hub}/m.gguf`, { origin: hub, value: 'secret' }), context(), (source) =>
      source.read(500_000, 10),
    );
    expect(seen).toEqual([
      { hub: 'Bearer secret' },
      { hub: 'Bearer secret' },
      { cdn: undefined },
      { hub: 'Bearer secret' },
      { hub: 'Bearer secret' },
      { cdn: undefined },
    ]);
  });

  it('does not get the token again when a redirect leads home', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((_, response) => response.writeHead(302, { location: `${hub}/end` }).end());
    const hub: string = await serve((request, response) => {
      seen.push(request.headers.authorization);
      if (request.url === '/end') rangesOf(sequence)(request, response);
      else response.writeHead(302, { location: `${other}/` }).end();
    });
    await withHttpSource(fileAt(`${hub}/start`, { origin: hub, value: 'secret' }), context(), size);
    expect(seen).toEqual(['Bearer secret', undefined]);
  });

  it('is asked for again when the server or the connection fails', async () => {
    let request = 0;
    const origin = await serve((incoming, response) => {
      request += 1;
      if (request === 1) response.writeHead(503).end();
      else if (request === 2) response.destroy();
      else rangesOf(sequence)(incoming, response);
    });
    await expect(open(`${origin}/m`, size)).resolves.toBe(600_000);
  });

  it.each<[string, string, Handler]>([
    ['a server without ranges', 'HTTP_NO_RANGES', (_, response) => response.writeHead(200).end('whole')],
    [
      'another range than asked for',
      'HTTP_NO_RANGES',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('12345'),
    ],
    [
      'a range without size',
      'HTTP_NO_RANGES',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end('0123456789'),
    ],
    [
      'more bytes than it announces',
      'HTTP_NO_RANGES',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-4/5' }).end('0123456789'),
    ],
    [
      'compressed bytes',
      'HTTP_NO_RANGES',
      (_, response) =>
        response.writeHead(206, { 'content-range': 'bytes 0-4/5', 'content-encoding': 'gzip' }).end('01234'),
    ],
    [
      'an empty file',
      'FILE_EMPTY',
      (_, response) => response.writeHead(416, { 'content-range': 'bytes */0' }).end(),
    ],
    ['a missing file', 'SOURCE_NOT_FOUND', (_, response) => response.writeHead(404).end()],
    ['a file that is not for everybody', 'SOURCE_REFUSED', (_, response) => response.writeHead(403).end()],
    [
      'a circle of redirects',
      'REDIRECT_REFUSED',
      (_, response) => response.writeHead(302, { location: '/again' }).end(),
    ],
    [
      'a redirect to a file',
      'REDIRECT_REFUSED',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    ],
    ['a server that keeps failing', 'DOWNLOAD_FAILED', (_, response) => response.writeHead(500).end()],
    [
      'fewer bytes than it announces',
      'DOWNLOAD_FAILED',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end('0123'),
    ],
    ['a server that does not answer', 'DOWNLOAD_FAILED', () => undefined],
  ])('refuses %s: %s', async (_, code, handler) => {
    const origin = await serve(handler);
    await expect(withHttpSource(fileAt(`${origin}/m`), context({ stallMs: 50 }), size)).rejects.toMatchObject(
      { code },
    );
  });

  it('must not change while it is read', async () => {
    let etag = '"a"';
    const origin = await serve((request, response) => rangesOf(sequence, { etag })(request, response));
    const reading = open(`${origin}/m`, (source) => {
      etag = '"b"';
      return source.read(400_000, 8);
    });
    await expect(reading).rejects.toMatchObject({ code: 'UPSTREAM_CHANGED' });
  });

  it('is given up when the user interrupts', async () => {
    const abort = new AbortController();
    const origin = await serve(() => {
      abort.abort();
    });
    await expect(
      withHttpSource(fileAt(`${origin}/m`), { ...context({ stallMs: 60_000 }), signal: abort.signal }, size),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('is not asked for offline', async () => {
    await expect(
      withHttpSource(fileAt('http://127.0.0.1:9/m'), context({}, { HF_HUB_OFFLINE: '1' }), size),
    ).rejects.toMatchObject({ code: 'OFFLINE' });
  });
});

describe('an address', () => {
  const hub = 'https://hub.example.org/base';
  const env = { HOME: '/nowhere', HF_ENDPOINT: hub, HF_TOKEN: 'hf_mine' };

  it('is shown without its query, which may be a secret', async () => {
    const origin = await serve((_, response) => response.writeHead(404).end());
    const error: unknown = await withAddressed(`${origin}/m.gguf?token=secret`, context(), size).catch(
      (cause: unknown) => cause,
    );
    expect(String(error)).toContain(`${origin}/m.gguf: the server answered 404`);
    expect(String(error)).not.toContain('secret');
  });

  it.each([
    [`${hub}/org/model/resolve/main/m.gguf`, true, 'HUB_UNAUTHORIZED'],
    [`${hub}/datasets/org/set/resolve/main/a/m.gguf`, true, 'HUB_UNAUTHORIZED'],
    ['https://hub.example.org/other/page', true, 'SOURCE_REFUSED'],
    ['https://huggingface.co/org/model/resolve/main/m.gguf', false, 'SOURCE_REFUSED'],
    ['https://other.example.org/m.gguf', false, 'SOURCE_REFUSED'],
  ])('%s: with the token %p, refused as %s', async (address, hasToken, code) => {
    const { token, refused } = await addressedFile(address, env);
    expect(token).toEqual(hasToken ? { origin: 'https://hub.example.org', value: 'hf_mine' } : null);
    expect(refused({ status: 401, header: () => undefined } as never).code).toBe(code);
  });

  it.each(['ftp://host/m', 'm.gguf', 'https://user:word@host/m'])('%s is none', async (address) => {
    await expect(addressedFile(address, env)).rejects.toMatchObject({ code: 'URL_UNUSABLE' });
  });
});
