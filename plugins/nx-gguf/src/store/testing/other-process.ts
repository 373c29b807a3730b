import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { transformSync } from '@swc/core';
import { processFileName } from '../../files/process-file-name.js';
import { temporaryDirectory } from './temporary-store.js';

const source = join(import.meta.dirname, '../..');
const started = new Set<ChildProcess>();
let compiled: string | undefined;

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
});

/** A process of its own that runs a program of this folder on the sources as they are now. */
export interface OtherProcess {
  pid: number;
  /** The next line that it prints. */
  line: () => Promise<string>;
  kill: (signal?: NodeJS.Signals) => Promise<void>;
  ended: Promise<number | null>;
}

/** Starts a program `<name>.mjs`, which gets the directory of the compiled sources as its first argument. */
export function otherProcess(program: string, ...args: readonly string[]): OtherProcess {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, `${program}.mjs`), (compiled ??= compileSources()), ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  started.add(child);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    line: async () => String((await lines.next()).value),
    kill: async (signal = 'SIGKILL') => {
      child.kill(signal);
      await ended;
    },
    ended,
  };
}

/** The name that a process of this machine would take; the same process as this one but for what is given. */
export function nameOf(pid: number, start?: number): string {
  const [space = '', , own = '', random = ''] = processFileName().split('-');
  return [space, pid, start ?? own, random].join('-');
}

/** The name that a process of another machine would take. */
export function nameElsewhere(): string {
  return processFileName().replace(/^.{12}/, '0'.repeat(12));
}

/** The number of a process that has ended. */
export function endedProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

function compileSources(): string {
  const root = temporaryDirectory();
  // Programs may become other users.
  chmodSync(root, 0o755);
  const target = join(root, 'sources');
  mkdirSync(target);
  symlinkSync(join(source, '../../../node_modules'), join(root, 'node_modules'));
  symlinkSync(join(source, '../node_modules'), join(target, 'node_modules'));
  symlinkSync(join(source, '../schemas'), join(root, 'schemas'));
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  for (const folder of [
    'core',
    'gguf',
    'files',
    'transport',
    'store',
    'upstream',
    'remote',
    'steps',
    'toolchain',
  ]) {
    for (const file of readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts') || file.includes('testing')) continue;
      const { code } = transformSync(readFileSync(join(source, folder, file), 'utf8'), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
      });
      const path = join(target, folder, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
    }
  }
  return target;
}
