import { gzipSync } from 'node:zlib';
import { drip, flood, type Answering } from './raw-server.js';

const ok = (headers: string, body = '') => `HTTP/1.1 200 OK\r\n${headers}\r\n${body}`;
const length = (bytes: number) => `content-length: ${bytes}\r\n`;
const part = (range: string, bytes: number) =>
  `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes ${range}\r\n${length(bytes)}\r\n`;
const redirect = (to: string) => `HTTP/1.1 302 Found\r\nlocation: ${to}\r\n${length(0)}\r\n`;
const bomb = gzipSync(Buffer.alloc(1 << 22, ' '));
const says =
  (text: string | Buffer): Answering =>
  (socket) =>
    socket.write(text);

/** Servers that do what no sound one does, to any request. */
export const hostileAnswers = {
  'speaks no HTTP': (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
  'speaks no HTTP without end': (socket) => drip(socket, '220 ready\r\n'),
  'speaks TLS': (socket) => socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])),
  'closes at once': (socket) => socket.end(),
  resets: (socket) => socket.resetAndDestroy(),
  'ends within its headers': (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
  'ends within its body': (socket) => socket.end(ok(length(1000), 'abc')),
  'resets within its body': (socket) => socket.write(ok(length(1000), 'abc'), () => socket.resetAndDestroy()),
  'stalls within its body': says(ok(length(1000), 'abc')),
  'drips its body': (socket) => {
    socket.write(ok(length(1e6)));
    drip(socket, 'x');
  },
  'drips its headers': (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx: ');
    drip(socket, 'x');
  },
  'never ends': (socket) => {
    socket.write(ok(''));
    flood(socket, Buffer.alloc(1 << 20, '['));
  },
  'says that it never ends': (socket) => {
    socket.write(ok(length(Number.MAX_SAFE_INTEGER)));
    flood(socket, Buffer.alloc(1 << 20, '['));
  },
  'sends huge headers': says(ok(`x: ${'x'.repeat(1 << 18)}\r\n`)),
  'sends many headers': says(ok('x: y\r\n'.repeat(1e4))),
  'sends two lengths': says(ok(length(3) + length(5), 'abcde')),
  'sends a length that is none': says(ok('content-length: -5\r\n', 'abcde')),
  'sends garbage behind': says(ok(length(2), '[]garbage')),
  'sends a bad chunk': says(ok('transfer-encoding: chunked\r\n', 'zz\r\n')),
  compresses: says(
    Buffer.concat([Buffer.from(ok(`content-encoding: gzip\r\n${length(bomb.length)}`)), bomb]),
  ),
  'redirects to itself': says(redirect('/again')),
  'redirects to a file': says(redirect('file:///etc/passwd')),
  'redirects to nothing': says(redirect('http://')),
  'redirects to no port': says(redirect('http://127.0.0.1:1/')),
  'answers a range with nothing': says(part('0-0/5', 0)),
  'answers another range': says(`${part('5-9/10', 5)}abcde`),
  'answers a range above all numbers': says(`${part('0-18446744073709551615/18446744073709551616', 5)}abcde`),
  'answers a huge range': says(`${part('0-9007199254740990/9007199254740991', 5)}abcde`),
  'answers a status that is none': says(`HTTP/1.1 999 What\r\n${length(0)}\r\n`),
  'answers a status of zeros': says(`HTTP/1.1 000 What\r\n${length(0)}\r\n`),
  'switches protocols': says('HTTP/1.1 101 Yes\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nxxx'),
  'answers 416 to anything': says(`HTTP/1.1 416 No\r\n${length(0)}\r\n`),
  'answers 304 to anything': says('HTTP/1.1 304 Not Modified\r\n\r\n'),
  'answers 204 to anything': says('HTTP/1.1 204 Nothing\r\n\r\n'),
  'gives a byte at a time': (socket, { head }) => {
    const from = Number(/range: bytes=(\d+)/i.exec(head)?.[1] ?? 0);
    socket.write(`${part(`${from}-${from}/1000000`, 1)}x`);
  },
} satisfies Record<string, Answering>;
