// Servers that others wrote, for the tests of remotes: nginx with DAV, and versitygw, which speaks S3. They
// are put into a directory of their own, without root; where that cannot be done, the tests that need them
// are skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const versitygwVersion = 'v1.8.0';

/** Where the servers are: `<name>/` holds a program, or the tree of one. The tests look here too. */
const testServers =
  process.env.NX_GGUF_TEST_SERVERS ||
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nx-gguf-test-servers');

/** Brings the servers where they are missing; says what will be skipped. */
export function ensureTestServers() {
  mkdirSync(testServers, { recursive: true });
  bring('nginx', nginxPackage, 'Debian/Ubuntu: apt-get install nginx-light; macOS: brew install nginx');
  bring(`versitygw-${versitygwVersion}`, versitygwModule, 'install Go (https://go.dev), and run this again');
}

function bring(name, how, hint) {
  const place = join(testServers, name);
  if (existsSync(place) || (name === 'nginx' && succeeds('nginx', '-v'))) return;
  console.log(`> bringing ${name} for the tests of remotes`);
  const unfinished = mkdtempSync(join(testServers, 'unfinished-'));
  try {
    if (how(unfinished)) renameSync(unfinished, place);
    else console.log(`> ${name} cannot be had: the tests that need it are skipped\n  ${hint}`);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The program out of Debian's package, without installing it: nothing is started on this machine. */
function nginxPackage(directory) {
  if (!succeeds('apt-get', '--version')) return false;
  const download = () => succeedsIn(directory, 'apt-get', 'download', 'nginx');
  if (!download() && !(succeeds('apt-get', 'update') && download())) return false;
  return (
    readdirSync(directory).every((file) => succeedsIn(directory, 'dpkg-deb', '-x', file, '.')) &&
    succeeds(join(directory, 'usr/sbin/nginx'), '-v')
  );
}

function versitygwModule(directory) {
  return (
    succeedsIn(
      directory,
      'go',
      'install',
      `github.com/versity/versitygw/cmd/versitygw@${versitygwVersion}`,
    ) && succeeds(join(directory, 'versitygw'), '--version')
  );
}

function succeeds(command, ...args) {
  return succeedsIn(process.cwd(), command, ...args);
}

function succeedsIn(cwd, command, ...args) {
  return (
    spawnSync(command, args, {
      cwd,
      stdio: 'ignore',
      env: { ...process.env, GOBIN: cwd, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  );
}
