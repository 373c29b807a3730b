import { sha256 } from '../core/digest.js';
import { isGgufError } from '../core/errors.js';
import { hostileAnswers } from '../transport/testing/hostile-answers.js';
import { startRawServer, type RawServer } from '../transport/testing/raw-server.js';
import { withAddressed } from './addressed-file.js';
import { fetchUrl } from './fetch-source.js';
import { resolveHub } from './hub/resolve-hub.js';
import { testContext, type TestContext } from './testing/context.js';

let context: TestContext;
let server: RawServer;

beforeAll(async () => {
  context = await testContext(
    {},
    { attempts: 2, stallMs: 150, minBytesPerSecond: 100_000, largestAnswerBytes: 1 << 20 },
  );
});

afterEach(() => server.close());
afterAll(() => context.remove());

const consumers = [
  (origin: string) => fetchUrl({ type: 'url', url: `${origin}/file`, sha256: 'a'.repeat(64) }, context),
  (origin: string) =>
    withAddressed(`${origin}/m.gguf`, context, (source) => source.read(0, source.sizeBytes)),
  (origin: string) => resolveHub({ type: 'huggingface', repository: 'org/model', endpoint: origin }, context),
];

const failed = 'DOWNLOAD_FAILED';
const noRanges = 'HTTP_NO_RANGES';
const noHub = 'HUB_UNUSABLE';
const redirect = 'REDIRECT_REFUSED';
const other = 'DIGEST_MISMATCH';
const endless = 'ANSWER_TOO_LARGE';

/** A server, and the error of a `url` source, of `inspect` and of a hub. */
it.each<[keyof typeof hostileAnswers, string, string, string]>([
  ['speaks no HTTP', failed, failed, failed],
  ['speaks no HTTP without end', failed, failed, failed],
  ['speaks TLS', failed, failed, failed],
  ['closes at once', failed, failed, failed],
  ['resets', failed, failed, failed],
  ['ends within its headers', failed, failed, failed],
  ['ends within its body', failed, noRanges, failed],
  ['resets within its body', failed, noRanges, failed],
  ['stalls within its body', failed, noRanges, failed],
  ['drips its body', failed, noRanges, failed],
  ['drips its headers', failed, failed, failed],
  ['never ends', endless, noRanges, endless],
  ['says that it never ends', 'DISK_FULL', noRanges, endless],
  ['sends huge headers', failed, failed, failed],
  ['sends many headers', failed, failed, failed],
  ['sends two lengths', failed, failed, failed],
  ['sends a length that is none', failed, failed, failed],
  ['sends garbage behind', other, noRanges, noHub],
  ['sends a bad chunk', failed, noRanges, failed],
  ['compresses', other, noRanges, noHub],
  ['redirects to itself', redirect, redirect, redirect],
  ['redirects to a file', redirect, redirect, redirect],
  ['redirects to nothing', redirect, redirect, redirect],
  ['redirects to no port', failed, failed, failed],
  ['answers a range with nothing', failed, noRanges, noHub],
  ['answers another range', failed, noRanges, noHub],
  ['answers a range above all numbers', other, noRanges, noHub],
  ['answers a huge range', 'DISK_FULL', noRanges, noHub],
  ['answers a status that is none', failed, failed, failed],
  ['answers a status of zeros', failed, failed, failed],
  ['switches protocols', failed, failed, failed],
  ['answers 416 to anything', failed, 'FILE_EMPTY', 'HUB_REFUSED'],
  ['answers 304 to anything', failed, 'SOURCE_REFUSED', noHub],
  ['answers 204 to anything', failed, 'SOURCE_REFUSED', noHub],
  ['gives a byte at a time', failed, noRanges, noHub],
])('a server that %s', async (...[name, ...codes]) => {
  server = await startRawServer(hostileAnswers[name]);
  const ended: string[] = [];
  for (const work of consumers) {
    ended.push(
      await work(server.origin).then(
        () => 'done',
        (error: unknown) => (isGgufError(error) ? error.code : String(error)),
      ),
    );
  }
  expect(ended).toEqual(codes);
});

it('a server that breaks down every two MiB is read to the end, attempt by attempt', async () => {
  const file = Buffer.alloc(7 << 20, 'abc');
  const asked: number[] = [];
  server = await startRawServer((socket, { head }) => {
    const from = Number(/range: bytes=(\d+)/i.exec(head)?.[1] ?? 0);
    asked.push(from);
    socket.write(
      `HTTP/1.1 206 Partial Content\r\ncontent-range: bytes ${from}-${file.length - 1}/${file.length}\r\ncontent-length: ${file.length - from}\r\n\r\n`,
    );
    socket.write(file.subarray(from, from + (2 << 20)));
  });
  const url = `${server.origin}/file`;
  const [id] = await fetchUrl({ type: 'url', url, sha256: sha256(file) }, context);
  expect(id?.sizeBytes).toBe(file.length);
  expect(asked).toEqual([0, 2 << 20, 4 << 20, 6 << 20]);
});
