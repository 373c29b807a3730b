import { GgufError } from './errors.js';

/** Ways that git may reach a repository by; all others run programs, or read what they should not. */
const schemes: readonly string[] = ['https', 'http', 'ssh', 'git+ssh', 'ssh+git', 'git', 'file'];

const longestShown = 100;

/**
 * Checks the address of a git repository before git sees it. Taken are https, http, ssh (also as
 * `user@host:path`), git, file and directories. `ext::` would run a command, `fd::` read a descriptor of this
 * process, and any `name::` start the program `git-remote-name`; a leading `-` would be an option of git or ssh.
 * @throws GgufError `GIT_ADDRESS_REFUSED`, `SOURCE_CREDENTIALS`
 */
export function requireGitAddress(address: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*:[^/?#]*@|^https?:\/\/[^/?#]*@|^[^/@]*:[^/@]*@[^/]*:/i.test(address))
    throw new GgufError('SOURCE_CREDENTIALS', 'the address of a git repository holds a password or a token', {
      hint: 'Leave it out: git gets it from its credential helpers. Passwords in model.json would be committed.',
    });
  const problem = addressProblem(address);
  if (problem === null) return;
  throw new GgufError('GIT_ADDRESS_REFUSED', `the git address ${shown(address)} ${problem}`, {
    hint: 'It is an address of https, ssh (also as user@host:path), git or file, or the path of a directory.',
  });
}

function addressProblem(address: string): string | null {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(address)) return 'has control characters in it';
  if (address === '' || address.trim() !== address) return 'is empty, or begins or ends with a space';
  if (address.startsWith('-')) return 'begins with "-", as an option does';
  if (/^[^/]*::/.test(address)) return 'names a helper of git, which is a program to run';
  const [, scheme, authority] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(address) ?? [];
  if (scheme !== undefined && authority !== undefined)
    return schemes.includes(scheme.toLowerCase())
      ? hostProblem(authority)
      : 'is of another kind than git may use';
  // As git reads it: a colon before the first slash makes it a path on another host.
  const [, host, path = ''] = /^([^/]*?):(.*)$/.exec(address) ?? [];
  if (host === undefined || /^[a-z]$/i.test(host)) return null;
  return hostProblem(host) ?? (path.startsWith('-') ? 'has a path that begins with "-"' : null);
}

function hostProblem(authority: string): string | null {
  return authority.split('@').some((part) => part.startsWith('-')) ? 'has a host that begins with "-"' : null;
}

function shown(address: string): string {
  return JSON.stringify(address.length > longestShown ? `${address.slice(0, longestShown)}...` : address);
}

/**
 * Settings for every run of git, as arguments: a repository that was fetched runs nothing, brings no others
 * along, and its bytes stay what they are.
 */
export const safeGitSettings: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.autocrlf=false',
  'protocol.ext.allow=never',
  'protocol.fd.allow=never',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'gc.auto=0',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/**
 * Variables for every run of git: no questions, no repository of whoever started this process, nothing
 * downloaded by filters, and only known transports, also where a redirect or the user's `insteadOf` leads.
 */
export const safeGitEnvironment: Readonly<Record<string, string | undefined>> = {
  GIT_ALLOW_PROTOCOL: 'https:http:ssh:git:file',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
};
