import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryDirectory } from '../../store/testing/temporary-store.js';

/** A server that somebody else wrote, on a loopback port. */
export interface RealServer {
  base: string;
  /** Where it keeps what it stores. */
  directory: string;
  close: () => Promise<void>;
}

// `tools/dev/test-servers.mjs` puts them there.
const filled = (text: string | undefined, fallback: string): string =>
  text === undefined || text === '' ? fallback : text;
const servers = filled(
  process.env['NX_GGUF_TEST_SERVERS'],
  join(filled(process.env['XDG_CACHE_HOME'], join(homedir(), '.cache')), 'nx-gguf-test-servers'),
);

/** Path of nginx, or null when it is not here. */
export const nginx: string | null =
  [join(servers, 'nginx/usr/sbin/nginx'), 'nginx'].find((path) => spawnSync(path, ['-v']).status === 0) ??
  null;

/** Path of versitygw, or null when it is not here. */
export const versitygw: string | null = existsSync(servers)
  ? (readdirSync(servers)
      .filter((name) => name.startsWith('versitygw-'))
      .map((name) => join(servers, name, 'versitygw'))
      .find((path) => existsSync(path)) ?? null)
  : null;

const serverDirectory = join(import.meta.dirname, '../../../../../tools/cache-server');

/** Path of the program of our own server, or null when it is not built. */
export const cacheServer: string | null = existsSync(join(serverDirectory, 'dist/bin'))
  ? join(serverDirectory, 'bin/nx-gguf-cache-server.mjs')
  : null;

/** Our own server in a process of its own, with a token that may do everything. */
export async function startCacheServer(
  program: string,
  { directory = temporaryDirectory(), port = 0 }: { directory?: string; port?: number } = {},
): Promise<RealServer & { token: string }> {
  const child = spawn(process.execPath, [program, '--directory', directory, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  for (let turn = 0; turn < 400 && !/listens on .*\n/.test(printed) && child.exitCode === null; turn++)
    await sleep(25);
  return {
    base: /listens on (http:\S+?),? /.exec(printed)?.[1]?.replace(/,$/, '') ?? '',
    token: readFileSync(join(directory, 'first-token'), 'utf8').trim(),
    directory,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Keys that the S3 server of a test knows. */
export const s3Keys = { AWS_ACCESS_KEY_ID: 'test-access', AWS_SECRET_ACCESS_KEY: 'test-secret' } as const;

/** nginx with its DAV module over a directory, as anybody would set it up to be a simple cache. */
export async function startNginx(program: string): Promise<RealServer> {
  const prefix = temporaryDirectory();
  const directory = join(prefix, 'data');
  for (const name of ['data', 'tmp', 'logs']) mkdirSync(join(prefix, name));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path tmp/${name};`)
    .join('\n    ');
  writeFileSync(
    join(prefix, 'nginx.conf'),
    `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr crit;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary}
  server {
    listen 127.0.0.1:${port};
    root ${directory};
    client_max_body_size 0;
    location / {
      dav_methods PUT;
      create_full_put_path on;
    }
  }
}
`,
  );
  return started(
    spawn(program, ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
    { port, directory },
  );
}

/** A gateway that speaks S3 over a directory. Its buckets are the directories in there. */
export async function startVersitygw(program: string, buckets: readonly string[]): Promise<RealServer> {
  const root = temporaryDirectory();
  const [directory, sidecar] = [join(root, 'data'), join(root, 'metadata')];
  mkdirSync(sidecar);
  for (const bucket of buckets) mkdirSync(join(directory, bucket), { recursive: true });
  const port = await freePort();
  const args = [
    '--port',
    `127.0.0.1:${port}`,
    '--access',
    s3Keys.AWS_ACCESS_KEY_ID,
    '--secret',
    s3Keys.AWS_SECRET_ACCESS_KEY,
    '--quiet',
    'posix',
    '--sidecar',
    sidecar,
    directory,
  ];
  return started(spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }), { port, directory });
}

async function started(
  child: ChildProcess,
  { port, directory }: { port: number; directory: string },
): Promise<RealServer> {
  const ended = once(child, 'close');
  for (let turn = 0; turn < 200 && !(await answers(port)); turn++) {
    if (child.exitCode !== null) throw new Error('the server did not start');
    await sleep(25);
  }
  return {
    base: `http://127.0.0.1:${port}`,
    directory,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A loopback port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
