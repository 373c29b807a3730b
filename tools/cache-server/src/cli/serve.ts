import { pino } from 'pino';
import prettyBytes from 'pretty-bytes';
import type { Settings } from '../config/settings.js';
import { startServer } from '../start.js';
import type { CommandContext } from './command.js';
import { firstToken } from './first-token.js';

/** Serves until the process is told to stop. */
export async function serve(
  settings: Settings,
  { print, nowMs, stopped, logTo, isTerminal }: CommandContext,
): Promise<number> {
  const log = pino(
    { level: settings.logLevel, base: null, redact: ['req', 'headers', 'authorization'] },
    logTo,
  );
  const server = await startServer(settings, { log, nowMs });
  const told = await firstToken(settings.directory, isTerminal);
  print(
    `nx-gguf-cache-server listens on ${server.url}, ${whatIsKept(settings, server.service.cache.space.maxBytes)}`,
  );
  if (told !== null) print(told);
  const lost = await Promise.race([stopped.then(() => null), server.lost]);
  log.info('stopping');
  await server.close();
  if (lost !== null) throw lost;
  return 0;
}

function whatIsKept({ s3, maxBytes, directory }: Settings, mostBytes: number): string {
  const place = s3 === null ? directory : `the bucket ${s3.bucket}`;
  return s3 !== null && maxBytes === null
    ? `keeps what it is sent in ${place}`
    : `keeps up to ${prettyBytes(mostBytes, { binary: true, maximumFractionDigits: 1 })} in ${place}`;
}
