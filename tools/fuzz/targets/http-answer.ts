import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { discardBlob } from '../../../plugins/nx-gguf/src/store/blobs.js';
import { downloadsDirectory } from '../../../plugins/nx-gguf/src/store/downloads.js';
import { fetchUrl } from '../../../plugins/nx-gguf/src/upstream/fetch-source.js';
import { resolveHub } from '../../../plugins/nx-gguf/src/upstream/hub/resolve-hub.js';
import { testContext, type TestContext } from '../../../plugins/nx-gguf/src/upstream/testing/context.js';
import { sha256 } from '../../../plugins/nx-gguf/src/core/digest.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const body = 'the file\n';

/** A server that answers every connection with the same bytes, whatever was asked, and ends it. */
async function answering(): Promise<{ server: Server; origin: string; say: (bytes: Uint8Array) => void }> {
  let answer: Uint8Array = new Uint8Array();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return {
    server,
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    say: (bytes) => (answer = bytes),
  };
}

let prepared: Promise<{ context: TestContext; place: Awaited<ReturnType<typeof answering>> }> | null = null;
const ready = () =>
  (prepared ??= (async () => ({
    context: await testContext({}, { attempts: 2, stallMs: 5_000 }),
    place: await answering(),
  }))());

async function ended(): Promise<void> {
  const { context, place } = await ready();
  prepared = null;
  place.server.close();
  await context.remove();
}

const head = (type: string, length: number): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\nETag: "x"\r\nConnection: close\r\n\r\n`;

/** What a web server sends in place of a file: the file by its digest, or a code. */
export const answeredFile: FuzzTarget = {
  name: 'http-file',
  reads: 'answers of web servers to downloads',
  rounds: 250,
  seeds: () =>
    [
      head('text/plain', body.length) + body,
      `HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-8/9\r\nContent-Length: 9\r\n\r\n${body}`,
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n${body}\r\n0\r\n\r\n`,
      'HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 429 Slow down\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n',
    ].map((text) => Buffer.from(text)),
  attempt: async (input) => {
    const { context, place } = await ready();
    place.say(input);
    try {
      return await codedOutcome(() =>
        fetchUrl({ type: 'url', url: `${place.origin}/file`, sha256: sha256(body) }, context),
      );
    } finally {
      // The next one asks again, and finds nothing half received.
      await discardBlob(context.store, sha256(body));
      await rm(downloadsDirectory(context.store), { recursive: true, force: true });
    }
  },
  afterwards: ended,
};

/** What a hub says of a repository: a listing that can be locked, or a code. */
export const hubListing: FuzzTarget = {
  name: 'hub-listing',
  reads: 'listings of the Hugging Face hub',
  rounds: 1_000,
  seeds: () =>
    [
      {
        sha: '1'.repeat(40),
        id: 'org/model',
        siblings: [{ rfilename: 'model.safetensors' }],
      },
      [
        {
          type: 'file',
          path: 'model.safetensors',
          size: 9,
          oid: '2'.repeat(40),
          lfs: { oid: sha256(body), size: 9, pointerSize: 130 },
        },
        { type: 'directory', path: 'sub', size: 0, oid: '3'.repeat(40) },
      ],
    ].map((value) => {
      const text = JSON.stringify(value);
      return Buffer.from(head('application/json', Buffer.byteLength(text)) + text);
    }),
  attempt: async (input) => {
    const { context, place } = await ready();
    place.say(input);
    return codedOutcome(() =>
      resolveHub(
        { type: 'huggingface', repository: 'org/model', revision: '1'.repeat(40) },
        { ...context, env: { ...context.env, HF_ENDPOINT: place.origin } },
      ),
    );
  },
  afterwards: ended,
};
