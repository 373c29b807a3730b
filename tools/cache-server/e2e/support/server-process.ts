import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';

/** The checkout that is tested. */
export const repository = join(import.meta.dirname, '../../../..');

/** The command, as it was built. */
const command = join(repository, 'tools/cache-server/bin/nx-gguf-cache-server.mjs');

const directories: string[] = [];
const started = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of started) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is removed after the tests of this file. */
export function scratchDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'nx-gguf-cache-e2e-')));
  directories.push(directory);
  return directory;
}

/** A server in a process of its own. */
export interface ServerProcess {
  url: string;
  pid: number;
  kill: (signal: NodeJS.Signals) => Promise<void>;
}

/** Starts the server on a directory. It prints one line when it listens. */
export async function startServerProcess(directory: string, config: object = {}): Promise<ServerProcess> {
  const file = join(directory, '..', `${directory.split('/').at(-1) ?? ''}-config.json`);
  writeFileSync(file, JSON.stringify({ port: 0, logLevel: 'warn', shutdownSeconds: 2, ...config }));
  const child = spawn(process.execPath, [command, '--config', file, '--directory', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.add(child);
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [, found] = /listens on (\S+),/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${String(code)}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    kill: async (signal) => {
      child.kill(signal);
      await exited;
      started.delete(child);
    },
  };
}

/** A new token of a server's directory. */
export async function createToken(directory: string, ...flags: string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [
    command,
    'token',
    'create',
    '--scope',
    'read,write',
    ...flags,
    '--directory',
    directory,
  ]);
  return stdout.trim();
}
