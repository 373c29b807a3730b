// Makes a fresh clone ready: checks Node, installs packages when the lock file changed, and builds the
// plugin. Plain Node without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** The root of the workspace. */
export const root = join(import.meta.dirname, '../..');
const stamp = join(root, 'node_modules/.nx-gguf-setup');
const oldestNode = [20, 19];

/** Installs and builds what is missing or out of date; ends the process with a message when that fails. */
export function setup() {
  checkNode();
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (installed !== wanted) {
    // Not `npm ci`: it insists on an entry for every optional package of every platform, also where a mirror
    // lacks some.
    run('npm', ['install', '--no-save', '--no-audit', '--no-fund'], 'installing packages');
    // npm installs no optional package that the lock file lacks (npm/cli#4828), and without its own nx does
    // not start.
    if (!nxStarts())
      run(
        'npm',
        ['install', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'],
        'installing the native packages of this platform',
      );
    writeFileSync(stamp, wanted);
  } else if (!existsSync(join(root, 'plugins/nx-gguf/build/index.js'))) {
    run('npm', ['run', 'build', '--silent'], 'building the plugin');
  }
}

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

function nxStarts() {
  return (
    spawnSync(process.execPath, ['-e', 'require(process.argv[1])', bin('nx/dist/src/native')]).status === 0
  );
}

/** Path of a package's command. */
export function bin(name) {
  return join(root, 'node_modules', name);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(
    `Node ${oldestNode.join('.')} or newer is needed; this is ${process.versions.node}.\n  Debian/Ubuntu: install Node 22 from NodeSource or with nvm\n  macOS: brew install node`,
  );
  process.exit(1);
}
