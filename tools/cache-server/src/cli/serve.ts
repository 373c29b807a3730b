import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import prettyBytes from 'pretty-bytes';
import { issueToken } from '../auth/token.js';
import { changeTokens, readTokens } from '../auth/token-file.js';
import { trusted } from '../config/namespaces.js';
import type { Settings } from '../config/settings.js';
import { startServer, tokenFile } from '../start.js';
import type { CommandContext } from './command.js';

/** Serves until the process is told to stop. */
export async function serve(
  settings: Settings,
  { print, nowMs, stopped, logTo }: CommandContext,
): Promise<number> {
  const log = pino(
    { level: settings.logLevel, base: null, redact: ['req', 'headers', 'authorization'] },
    logTo,
  );
  const server = await startServer(settings, { log, nowMs });
  const token = await firstToken(settings.directory);
  print(
    `nx-gguf-cache-server listens on ${server.url}, ${whatIsKept(settings, server.service.cache.space.maxBytes)}`,
  );
  if (token !== null) print(`token, shown this once, with the scopes read, write and admin: ${token}`);
  await stopped;
  log.info('stopping');
  await server.close();
  return 0;
}

function whatIsKept({ s3, maxBytes, directory }: Settings, mostBytes: number): string {
  const place = s3 === null ? directory : `the bucket ${s3.bucket}`;
  return s3 !== null && maxBytes === null
    ? `keeps what it is sent in ${place}`
    : `keeps up to ${prettyBytes(mostBytes, { binary: true, maximumFractionDigits: 1 })} in ${place}`;
}

/** A token for whoever starts a server that has none yet. */
async function firstToken(directory: string): Promise<string | null> {
  const path = tokenFile(directory);
  if ((await readTokens(path)) !== null) return null;
  const { token, record } = issueToken(
    { scopes: ['read', 'write', 'admin'], namespace: trusted, note: 'made at the first start' },
    randomBytes,
  );
  await changeTokens(path, (tokens) => ({ tokens: [...tokens, record], result: undefined }));
  return token;
}
