// Some tests use a real git-lfs and a real browser. As root on Debian or Ubuntu they are installed; elsewhere
// the tests are skipped.
import { spawnSync } from 'node:child_process';

/** Makes sure that git-lfs is there where that needs no password; says so when its tests will be skipped. */
export function ensureGitLfs() {
  ensure('git-lfs', {
    isThere: () => succeeds('git', 'lfs', 'version'),
    uses: 'the tests of git sources',
    hint: 'Debian/Ubuntu: apt-get install git-lfs; macOS: brew install git-lfs',
  });
}

/** The same for Chromium. */
export function ensureChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  ensure('chromium', {
    isThere: () =>
      process.env.NX_GGUF_TEST_CHROMIUM !== undefined || names.some((name) => succeeds(name, '--version')),
    uses: 'the tests of the report page',
    hint: 'Debian/Ubuntu: apt-get install chromium; elsewhere set NX_GGUF_TEST_CHROMIUM to the program',
  });
}

function ensure(name, { isThere, uses, hint }) {
  if (isThere()) return;
  if (process.getuid?.() === 0 && succeeds('apt-get', '--version')) {
    console.log(`> installing ${name} for ${uses}`);
    succeeds('apt-get', 'update');
    if (succeeds('apt-get', 'install', '-y', '--no-install-recommends', name) && isThere()) return;
  }
  console.log(`> ${name} is not installed: the tests that need it are skipped\n  ${hint}`);
}

function succeeds(command, ...args) {
  return (
    spawnSync(command, args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
      .status === 0
  );
}
