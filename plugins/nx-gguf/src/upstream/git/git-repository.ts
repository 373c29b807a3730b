import { access, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sha256 } from '../../core/digest.js';
import { lfsPointerBytes, readLfsPointer } from '../../core/lfs-pointer.js';
import { GgufError, isGgufError } from '../../core/errors.js';
import { requireGitAddress } from '../../core/git-address.js';
import { makeSharedDirectory } from '../../files/shared-directory.js';
import { isOwn } from '../../files/shared-file.js';
import { downloadsDirectory } from '../../store/downloads.js';
import { withLock } from '../../store/lock.js';
import { runGit, runGitWithRetries, type GitRun } from './git.js';
import type { ListedFile } from '../selection/listed-file.js';
import type { UpstreamContext } from '../upstream-context.js';

/** A file of a commit: its blob, or the object in LFS that its blob points to. */
export interface GitFile extends ListedFile {
  gitOid: string;
  /** sha256 of the object in LFS, or null for a file that git itself holds. */
  lfs: string | null;
}

/** A bare copy of a repository without history, in the store's work area. */
export interface GitRepository {
  directory: string;
  url: string;
  git: (args: readonly string[], more?: Partial<GitRun>) => Promise<Buffer>;
}

/**
 * Works on a bare copy of a repository. What an interrupted run left there is used again; it is removed when
 * the work is done.
 * @param projectDir directory that a local repository is relative to
 */
export async function withGitRepository<T>(
  url: string,
  projectDir: string,
  options: { context: UpstreamContext; work: (repository: GitRepository) => Promise<T> },
): Promise<T> {
  const { context } = options;
  const remote = remoteUrl(url, projectDir);
  const directory = await ownCopy(
    join(downloadsDirectory(context.store), `git-${sha256(remote).slice(0, 32)}`),
  );
  return withLock(
    directory,
    async () => {
      const isUsedAgain = await exists(directory);
      try {
        return await workIn({ directory, url, remote }, options);
      } catch (error) {
        if (!isUsedAgain || !isGgufError(error) || !['GIT_FAILED', 'GIT_UNREACHABLE'].includes(error.code))
          throw error;
      }
      // The leftovers of a killed git may be the cause of the failure.
      await rm(directory, { recursive: true, force: true });
      return workIn({ directory, url, remote }, options);
    },
    {
      ...(context.signal === undefined ? {} : { signal: context.signal }),
      onWait: () => {
        context.report({ type: 'step', message: `waiting for another process that fetches from ${url}` });
      },
    },
  );
}

/** Git does not work in a copy that another user of the store left unfinished. */
async function ownCopy(path: string): Promise<string> {
  const info = await stat(path).catch(() => null);
  return info === null || isOwn(info) ? path : `${path}-${process.geteuid?.() ?? 0}`;
}

async function workIn<T>(
  { directory, url, remote }: { directory: string; url: string; remote: string },
  { context, work }: { context: UpstreamContext; work: (repository: GitRepository) => Promise<T> },
): Promise<T> {
  await makeSharedDirectory(directory);
  const git: GitRepository['git'] = (args, more = {}) => {
    const run = { args, directory, ...more };
    return args.includes('fetch')
      ? runGitWithRetries(run, context, `git fetch from ${url}`)
      : runGit(run, context);
  };
  if (!(await exists(join(directory, 'HEAD')))) await git(['init', '--quiet', '--bare', '.']);
  await git(['config', 'remote.origin.url', remote]);
  await git(['config', 'lfs.locksverify', 'false']);
  const result = await work({ directory, url, git });
  await rm(directory, { recursive: true, force: true });
  return result;
}

/** Fetches a revision without history where the server allows that; the commit it is. */
export async function fetchRevision({ url, git }: GitRepository, revision: string): Promise<string> {
  const isCommit = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(revision);
  try {
    // Not every server gives a commit that no branch or tag names.
    await git([
      'fetch',
      '--quiet',
      '--no-tags',
      '--depth',
      '1',
      'origin',
      `+${revision}:refs/nx-gguf/wanted`,
    ]).catch(async (error: unknown) => {
      if (!isCommit || !isGgufError(error) || error.code !== 'GIT_FAILED') throw error;
      await git(['fetch', '--quiet', 'origin', '+refs/*:refs/nx-gguf/all/*']);
    });
    return (
      await git([
        'rev-parse',
        '--verify',
        '--quiet',
        `${isCommit ? revision : 'refs/nx-gguf/wanted'}^{commit}`,
      ])
    )
      .toString()
      .trim();
  } catch (error) {
    if (!isGgufError(error) || error.code !== 'GIT_FAILED') throw error;
    throw new GgufError('GIT_UNREACHABLE', `git cannot get ${revision} of ${url}`, {
      cause: error,
      tail: error.tail,
      hint: 'Check "url" and "revision", and that git itself can reach it: credentials come from git\'s own helpers and from ssh.',
    });
  }
}

/** The files of a commit that are wanted, with what those in LFS point to. */
export async function listCommit({ git }: GitRepository, commit: string): Promise<ListedFile[]> {
  const text = (await git(['ls-tree', '-r', '-z', '-l', commit])).toString();
  return text.split('\0').flatMap((line) => {
    const match = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t([^]*)$/.exec(line);
    if (match === null) return [];
    const [, mode = '', , gitOid = '', size = '', path = ''] = match;
    const file: ListedFile & { gitOid: string } = {
      path,
      sizeBytes: size === '-' ? 0 : Number(size),
      gitOid,
      ...(mode.startsWith('100') ? {} : { isLink: true }),
    };
    return [file];
  });
}

/** The same files, with size and digest of the objects in LFS that some of them point to. */
export async function followPointers(
  { git }: GitRepository,
  files: readonly ListedFile[],
): Promise<GitFile[]> {
  const small = files.filter(
    ({ sizeBytes, isLink }) => isLink !== true && sizeBytes <= lfsPointerBytes,
  ) as GitFile[];
  const output =
    small.length === 0
      ? Buffer.alloc(0)
      : await git(['cat-file', '--batch'], { input: small.map(({ gitOid }) => `${gitOid}\n`).join('') });
  const texts = new Map<string, string>();
  for (let at = 0; at < output.length;) {
    const end = output.indexOf(10, at);
    const [oid = '', , size = ''] = output.toString('utf8', at, end).split(' ');
    texts.set(oid, output.toString('utf8', end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return (files as GitFile[]).map((file) => {
    const pointer = readLfsPointer(texts.get(file.gitOid) ?? '');
    if (pointer === null) return { ...file, lfs: null };
    // One that says no possible size points to no object: a selection refuses it.
    const isBroken = Number.isNaN(pointer.sizeBytes);
    return { ...file, lfs: isBroken ? null : pointer.sha256, sizeBytes: pointer.sizeBytes };
  });
}

/**
 * What git is given: an address as it is, a local repository as a file address. Passwords belong to git's
 * credential helpers.
 */
function remoteUrl(url: string, projectDir: string): string {
  requireGitAddress(url);
  const isRemote =
    /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || (/^[^/\\]+:/.test(url) && !/^[A-Za-z]:[\\/]/.test(url));
  return isRemote ? url : pathToFileURL(isAbsolute(url) ? url : resolve(projectDir, url)).href;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
