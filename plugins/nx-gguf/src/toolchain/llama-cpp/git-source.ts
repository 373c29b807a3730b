import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GgufError, isGgufError } from '../../core/errors.js';
import { requireGitAddress, safeGitEnvironment, safeGitSettings } from '../../core/git-address.js';
import type { GitSource } from '../../core/generated/toolchain.generated.js';
import { output, type ToolchainContext } from '../context.js';

/** Gets one commit of a git repository, without its history where the server allows that. */
export async function obtainFromGit(
  context: ToolchainContext,
  source: GitSource,
  directory: string,
): Promise<void> {
  requireGitAddress(source.url);
  try {
    await checkOut(context, { from: source.url, commit: source.commit, directory });
  } catch (cause) {
    if (!isGgufError(cause) || cause.code !== 'TOOL_FAILED') throw cause;
    throw new GgufError(
      'TOOLCHAIN_SOURCE_UNREACHABLE',
      `git cannot get commit ${source.commit} of ${source.url}`,
      {
        cause,
        tail: cause.tail,
        hint: 'Check source.url and source.commit in toolchain.json, and whether the server can be reached.',
      },
    );
  }
}

/**
 * Checks a commit out of a repository or a bundle into an empty directory, and leaves no .git behind.
 * @throws GgufError `TOOLCHAIN_COMMIT_MISMATCH` when it is not that commit.
 */
export async function checkOut(
  context: ToolchainContext,
  { from, commit, directory }: { from: string; commit: string; directory: string },
): Promise<void> {
  const run = async (args: string[], env: Readonly<Record<string, string>> = {}) =>
    (
      await output(context, ['git', '-C', directory, ...safeGitSettings, ...args], {
        cwd: directory,
        kind: 'git',
        env: { ...safeGitEnvironment, GIT_CONFIG_NOSYSTEM: '1', ...env },
      })
    ).trim();
  const git = (...args: string[]) => run(args);
  await git('init', '--quiet');
  await git('fetch', '--quiet', '--depth', '1', '--no-tags', '--', from, commit).catch(async () => {
    await git(
      'fetch',
      '--quiet',
      '--no-tags',
      '--',
      from,
      '+HEAD:refs/nx-gguf/head',
      '+refs/*:refs/nx-gguf/*',
    ).catch(() => git('fetch', '--quiet', '--no-tags', '--', from, '+HEAD:refs/nx-gguf/head'));
  });
  const found = await git('cat-file', '-t', commit).catch(() => null);
  if (found !== 'commit')
    throw new GgufError('TOOLCHAIN_COMMIT_MISMATCH', `${from} does not hold the commit ${commit}`, {
      hint: 'Correct source.commit in toolchain.json.',
    });
  // Without the user's settings there are no filters that the attributes of a repository could name.
  await run(['checkout', '--quiet', '--detach', commit], { GIT_CONFIG_GLOBAL: '/dev/null' });
  await rm(join(directory, '.git'), { recursive: true, force: true });
}
