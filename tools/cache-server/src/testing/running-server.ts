import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { pack } from 'tar-stream';
import { issueToken } from '../auth/token.js';
import { changeTokens } from '../auth/token-file.js';
import type { Config } from '../config/generated/config.generated.js';
import type { TokenRecord } from '../config/generated/tokens.generated.js';
import { settingsOf } from '../config/settings.js';
import { startServer, tokenFile, type RunningServer } from '../start.js';

const directories: string[] = [];
const running = new Set<RunningServer>();

afterAll(async () => {
  for (const server of running) await server.close();
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is removed after the tests of this file. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'nx-gguf-cache-')));
  directories.push(directory);
  return directory;
}

/** What came back. */
export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  json: () => Record<string, unknown>;
}

/** Sends a request as it is given, path included; a null token sends none. */
export type Send = (
  method: string,
  path: string,
  options?: { token?: string | null; body?: string | Buffer; headers?: OutgoingHttpHeaders },
) => Promise<Reply>;

/** A server of its own for tests, over loopback. */
export interface TestServer {
  directory: string;
  server: RunningServer;
  /** Lines of the log. */
  log: string[];
  token: (grant?: Partial<TokenRecord>) => Promise<string>;
  /** Sends with a token that may read and write what everybody reads. */
  send: Send;
  stop: () => Promise<void>;
}

/**
 * Starts a server in a directory. `now` moves its time, and `wall` the clock of its machine alone; without
 * patience it refuses at once what there is no room for.
 */
export async function startTestServer(
  config: Config = {},
  {
    directory = temporaryDirectory(),
    now = Date.now,
    wall = now,
    overheadBytes = 0,
    patienceMs = 0,
  }: {
    directory?: string;
    now?: () => number;
    wall?: () => number;
    overheadBytes?: number;
    patienceMs?: number;
  } = {},
): Promise<TestServer> {
  const log: string[] = [];
  const settings = settingsOf(
    { port: 0, maxBytes: 1 << 30, shutdownSeconds: 1, logLevel: 'debug', ...config, directory },
    { env: {}, base: directory },
  );
  const server = await startServer(settings, {
    log: pino({ level: settings.logLevel, base: null }, { write: (line: string) => void log.push(line) }),
    nowMs: wall,
    elapsedMs: now,
    overheadBytes,
    patienceMs,
  });
  running.add(server);
  const token = async (grant: Partial<TokenRecord> = {}): Promise<string> => {
    const issued = issueToken({ scopes: ['read', 'write'], namespace: 'trusted', ...grant }, randomBytes);
    await changeTokens(tokenFile(directory), (tokens) => ({
      tokens: [...tokens, issued.record],
      result: undefined,
    }));
    return issued.token;
  };
  const ordinary = await token();
  return {
    directory,
    server,
    log,
    token,
    send: (method, path, options = {}) =>
      sendTo(server.url, {
        method,
        path,
        ...options,
        token: options.token === undefined ? ordinary : options.token,
      }),
    stop: async () => {
      running.delete(server);
      await server.close();
    },
  };
}

/** Sends a request to a server. */
function sendTo(
  url: string,
  {
    method,
    path,
    token,
    body,
    headers = {},
  }: {
    method: string;
    path: string;
    token: string | null;
    body?: string | Buffer;
    headers?: OutgoingHttpHeaders;
  },
): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      hostname,
      port,
      method,
      path,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined || 'transfer-encoding' in headers
          ? {}
          : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const all = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: all,
          json: () => JSON.parse(all.toString('utf8')) as Record<string, unknown>,
        });
      });
    });
    request.end(body);
  });
}

/** An archive as Nx sends it: outputs, terminal output and exit code. */
export async function nxArchive(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, text] of Object.entries({ ...files, terminalOutput: 'done\n', code: '0' }))
    archive.entry({ name, mtime: new Date(0) }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}
