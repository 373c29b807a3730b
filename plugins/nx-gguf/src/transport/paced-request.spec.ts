import type { Socket } from 'node:net';
import { openHttp, type Http, type HttpRequest } from './http.js';
import { drip, startRawServer, type Answering, type RawServer } from './testing/raw-server.js';
import { transferSettings } from './transfer-settings.js';

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n';
const settings = { stallMs: 120, minBytesPerSecond: 4000 };
const servers: RawServer[] = [];
let http: Http;

beforeEach(() => {
  http = openHttp({ env: {}, settings: transferSettings({}, settings) });
});

afterEach(async () => {
  await http.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function exchange(answer: Answering, request: Partial<HttpRequest> = {}): Promise<string> {
  const server = await startRawServer(answer);
  servers.push(server);
  const { body } = await http.send({ url: server.origin, ...request });
  return body.text();
}

const stalled = (): Promise<string> => exchange((socket) => socket.write(ok));
/** Passes when a whole period has passed, for which a server that stalls is the clock. */
const onePeriod = () => expect(stalled()).rejects.toMatchObject({ name: 'TransientError' });

async function* without(end: number, piece: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < end; at += piece)
    yield await Promise.resolve(Buffer.alloc(Math.min(piece, end - at)));
}

const upload = (size: number, body = () => without(size, 1 << 20)): Partial<HttpRequest> => ({
  method: 'PUT',
  headers: { 'content-length': String(size) },
  body,
});

it.each<[string, Answering, Partial<HttpRequest>, RegExp]>([
  ['answers nothing', () => undefined, {}, /did not answer in time/],
  [
    'sends its headers byte by byte',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      drip(socket, 'x');
    },
    {},
    /did not answer in time/,
  ],
  [
    'says again and again that it is at work',
    (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'),
    {},
    /did not answer in time/,
  ],
  [
    'sends hundreds of interim answers',
    (socket) => socket.write('HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n'.repeat(300)),
    {},
    /answers that are none/,
  ],
  ['sends no body', (socket) => socket.write(ok), {}, /the server stalled/],
  [
    'sends its body byte by byte',
    (socket) => {
      socket.write(ok);
      drip(socket, 'x');
    },
    {},
    /^only \d+ bytes went through in 0\.1 s$/,
  ],
  [
    'sends the chunks of a body byte by byte',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      drip(socket, '1\r\nx\r\n');
    },
    {},
    /^only \d+ bytes/,
  ],
  [
    'sends extensions of a chunk, and no chunk',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;');
      drip(socket, 'x');
    },
    {},
    /the server stalled/,
  ],
  ['reads nothing of what it is sent', (socket) => socket.pause(), upload(1 << 28), /the server|bytes went/],
  [
    'reads hardly anything of what it is sent',
    (socket) => readSlowly(socket),
    upload(1 << 28),
    /the server|bytes went/,
  ],
  ['takes all and answers nothing', () => undefined, upload(1 << 16), /did not answer in time/],
])('a server that %s is given up', async (...[, answer, request, message]) => {
  await expect(exchange(answer, request)).rejects.toMatchObject({
    name: 'TransientError',
    message: expect.stringMatching(message) as unknown,
  });
});

it('a body that this side takes late is not cut', async () => {
  const bytes = 'x'.repeat(1 << 20);
  const server = await startRawServer((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length}\r\n\r\n${bytes}`),
  );
  servers.push(server);
  const { body } = await http.send({ url: server.origin });
  await onePeriod();
  await onePeriod();
  expect((await body.text()).length).toBe(bytes.length);
});

it('an upload that this side gives late is not cut', async () => {
  const size = 3 << 16;
  const late = async function* (): AsyncGenerator<Uint8Array> {
    for (let part = 0; part < 3; part++) {
      await onePeriod();
      yield Buffer.alloc(1 << 16);
    }
  };
  const text = await exchange(
    (socket, { restBytes }) => {
      let received = restBytes;
      socket.on('data', (data: Buffer) => {
        received += data.length;
        if (received >= size) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    },
    upload(size, late),
  );
  expect(text).toBe('ok');
});

it('an answer that ends within a period may come as slowly as it likes', async () => {
  const text = await exchange((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n');
    drip(socket, 'x', 1);
  });
  expect(text).toBe('xxxxxxxxx');
});

function readSlowly(socket: Socket): void {
  socket.pause();
  const timer = setInterval(() => void socket.read(1), 20);
  socket.on('close', () => clearInterval(timer));
}
