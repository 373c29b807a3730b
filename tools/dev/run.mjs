import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The root of the workspace. */
export const root = join(import.meta.dirname, '../..');

/** Runs a program of the workspace's own to its end; ends this process with its code when it fails. */
export function run(command, args, label, env = {}) {
  if (label) console.log(`> ${label}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

/** Path of a package's command. */
export function bin(name) {
  return join(root, 'node_modules', name);
}
