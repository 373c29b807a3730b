// Makes a fresh clone ready: checks Node, installs packages when the lock file changed, and builds what
// changed. Plain Node without dependencies, because it runs before there are any.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buildChanged } from './build.mjs';
import { bin, root, run } from './run.mjs';

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
  }
  buildChanged();
}

function nxStarts() {
  return (
    spawnSync(process.execPath, ['-e', 'require(process.argv[1])', bin('nx/dist/src/native')]).status === 0
  );
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(
    `Node ${oldestNode.join('.')} or newer is needed; this is ${process.versions.node}.\n  Debian/Ubuntu: install Node 22 from NodeSource or with nvm\n  macOS: brew install node`,
  );
  process.exit(1);
}
