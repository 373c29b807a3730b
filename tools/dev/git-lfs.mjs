// The tests of git sources use the real git-lfs. As root on Debian or Ubuntu it is installed; elsewhere they are skipped.
import { spawnSync } from 'node:child_process';

/** Makes sure that git-lfs is there where that needs no password; says so when its tests will be skipped. */
export function ensureGitLfs() {
  if (succeeds('git', 'lfs', 'version')) return;
  if (process.getuid?.() === 0 && succeeds('apt-get', '--version')) {
    console.log('> installing git-lfs for the tests of git sources');
    succeeds('apt-get', 'update');
    if (succeeds('apt-get', 'install', '-y', '--no-install-recommends', 'git-lfs') && succeeds('git', 'lfs', 'version')) return;
  }
  console.log('> git-lfs is not installed: the tests that need it are skipped\n  Debian/Ubuntu: apt-get install git-lfs; macOS: brew install git-lfs');
}

function succeeds(command, ...args) {
  return spawnSync(command, args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
}
