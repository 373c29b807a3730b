import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

/** True when git-lfs is on this machine. */
export const hasGitLfs = spawnSync('git', ['lfs', 'version']).status === 0;

/** A real working copy with a real bare repository beside it, whose large files are in Git LFS. */
export interface GitFixture {
  bare: string;
  /** Writes files, commits and pushes them; the commit. */
  commit: (files: Record<string, string | Buffer>) => string;
  git: (...args: string[]) => string;
}

/** Makes the repositories below a directory; files that match the patterns go into LFS. */
export function gitFixture(directory: string, lfsPatterns: readonly string[]): GitFixture {
  const [work, bare] = [join(directory, 'work'), join(directory, 'bare repository.git')];
  mkdirSync(work, { recursive: true });
  const run = (cwd: string, args: readonly string[]): string =>
    execFileSync('git', [...args], {
      cwd,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  run(directory, ['init', '--quiet', '--bare', '-b', 'main', bare]);
  run(work, ['init', '--quiet', '-b', 'main']);
  run(work, ['remote', 'add', 'origin', bare]);
  if (lfsPatterns.length > 0) {
    run(work, ['lfs', 'install', '--local']);
    for (const pattern of lfsPatterns) run(work, ['lfs', 'track', pattern]);
  }
  return {
    bare,
    git: (...args) => run(work, args),
    commit: (files) => {
      for (const [path, data] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), data);
      }
      run(work, ['add', '--all']);
      run(work, ['commit', '--quiet', '-m', 'change']);
      run(work, ['push', '--quiet', 'origin', 'main']);
      return run(work, ['rev-parse', 'HEAD']);
    },
  };
}
