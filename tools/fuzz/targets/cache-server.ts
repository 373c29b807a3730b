import { connect } from 'node:net';
import { sha256 } from '../../../plugins/nx-gguf/src/core/digest.js';
import { manifestOf, manifestText } from '../../cache-server/src/testing/manifests.js';
import {
  nxArchive,
  startTestServer,
  type TestServer,
} from '../../cache-server/src/testing/running-server.js';
import type { FuzzTarget } from '../target.js';

const trusted = 'bytes that others trust';
const own = 'bytes of a pull request';

let prepared: Promise<{ server: TestServer; token: string }> | null = null;
const ready = () =>
  (prepared ??= (async () => {
    const server = await startTestServer({ maxBytes: 1 << 20 });
    const { status } = await server.send('PUT', `/cas/${sha256(trusted)}`, { body: trusted });
    if (status >= 300) throw new Error(`the server answered ${status}`);
    return { server, token: await server.token({ namespace: 'pr-1' }) };
  })());

/** Sends bytes over a connection of their own and gives what came back, until the server ends it or is silent. */
function exchanged(url: string, input: Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(input));
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (answer.includes('\r\n\r\n')) done();
    });
    // What is no whole request is waited for: this end has said all.
    socket.setTimeout(100, done).on('error', done).on('close', done);
  });
}

const request = (
  method: string,
  path: string,
  { token, body = '' }: { token: string; body?: string | Buffer },
) =>
  Buffer.concat([
    Buffer.from(
      `${method} ${path} HTTP/1.1\r\nHost: cache\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
    ),
    Buffer.from(body),
  ]);

/** Requests of somebody with a token for pull requests: no error of the server's own, and nothing trusted changes. */
export const serverRequest: FuzzTarget = {
  name: 'server-request',
  reads: 'requests to the cache server',
  rounds: 150,
  seeds: async () => {
    const { token } = await ready();
    const manifest = manifestOf({ 'a.txt': own });
    const tus = `POST /uploads HTTP/1.1\r\nHost: cache\r\nAuthorization: Bearer ${token}\r\nTus-Resumable: 1.0.0\r\nUpload-Length: ${own.length}\r\nUpload-Metadata: sha256 ${Buffer.from(sha256(own)).toString('base64')}\r\nContent-Length: 0\r\n\r\n`;
    return [
      request('PUT', `/cas/${sha256(own)}`, { token, body: own }),
      request('GET', `/cas/${sha256(trusted)}`, { token }),
      request('PUT', `/ac/${manifest.actionKey}`, { token, body: manifestText(manifest) }),
      request('PUT', `/v1/cache/${'4'.repeat(20)}`, {
        token,
        body: await nxArchive({ 'artifact.json': manifestText(manifest) }),
      }),
      Buffer.from(tus),
    ];
  },
  attempt: async (input) => {
    const { server } = await ready();
    const answer = await exchanged(server.server.url, input);
    const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
    if (status === undefined && answer !== '') throw new Error(`no answer of HTTP: ${answer.slice(0, 100)}`);
    if (status !== undefined && Number(status) >= 500 && !['501', '505', '507'].includes(status))
      throw new Error(`the server answered ${answer.slice(0, 500)}`);
    return status ?? 'closed';
  },
  afterwards: async () => {
    const { server } = await ready();
    prepared = null;
    const { body, status } = await server.send('GET', `/cas/${sha256(trusted)}`);
    if (status !== 200 || body.toString() !== trusted) throw new Error('trusted bytes are gone, or others');
    await server.stop();
  },
};
