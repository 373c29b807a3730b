import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import type { SourceUse } from '../../core/source-use.js';
import type { LockedFile, LockedSource } from '../../core/generated/lock.generated.js';
import type { GitSource } from '../../core/generated/source.generated.js';
import { adoptFile, findBlob } from '../../store/blobs.js';
import type { BlobId } from '../../files/hash-file.js';
import { hashFile } from '../../files/hash-file.js';
import { pool } from '../download-files.js';
import {
  fetchRevision,
  followPointers,
  listCommit,
  withGitRepository,
  type GitFile,
  type GitRepository,
} from './git-repository.js';
import { selectFiles } from '../selection/select-files.js';
import { reportSelection, selectionOf } from '../selection/selection-report.js';
import { requireSpace } from '../space.js';
import type { UpstreamContext } from '../upstream-context.js';

/** Longest list of names for one command. */
const listLength = 60_000;

/**
 * The present state of a git source. Files that git itself holds come with the fetch and are put into the
 * store, because their sha256 is not known otherwise; of files in LFS the pointer says it.
 */
export async function resolveGit(
  source: GitSource,
  { projectDir, use = { kind: 'files' } }: { projectDir: string; use?: SourceUse },
  context: UpstreamContext,
): Promise<LockedSource> {
  return withGitRepository(source.url, projectDir, {
    context,
    work: async (repository) => {
      const commit = await fetchRevision(repository, source.revision ?? 'HEAD');
      // Sizes are those of the objects in LFS, so that what is said of a choice is true.
      const listed = await followPointers(repository, await listCommit(repository, commit));
      const { files, ...found } = selectFiles(listed, source, { of: source.url, use });
      reportSelection(found, context.report);
      const plain = await storePlain(
        repository,
        files.filter(({ lfs }) => lfs === null),
        context,
      );
      return {
        declared: source,
        commit,
        files: files.map((file) => lockedFile(file, file.lfs ?? plain.get(file.path) ?? '')),
        ...selectionOf(found.choice),
      };
    },
  });
}

/** Brings the files of a locked git source into the store: the commit, then of LFS only what is missing. */
export async function fetchFromGit(
  source: GitSource,
  locked: LockedSource,
  options: { projectDir: string; context: UpstreamContext },
): Promise<BlobId[]> {
  const { context, projectDir } = options;
  const missing = new Set<string>();
  for (const file of locked.files) if ((await findBlob(context.store, file)) === null) missing.add(file.path);
  if (missing.size === 0) return [...locked.files];
  await withGitRepository(source.url, projectDir, {
    context,
    work: async (repository) => {
      const commit = await fetchRevision(repository, locked.commit);
      const files = await followPointers(
        repository,
        (await listCommit(repository, commit)).filter(({ path }) => missing.has(path)),
      );
      await storePlain(
        repository,
        files.filter(({ lfs }) => lfs === null),
        context,
      );
      await storeLfs(repository, { commit, files: files.filter(({ lfs }) => lfs !== null) }, context);
      for (const file of locked.files) {
        if ((await findBlob(context.store, file)) === null)
          throw new GgufError(
            'DIGEST_MISMATCH',
            `${source.url} ${file.path}: commit ${locked.commit} does not hold the bytes of the lock (sha256 ${file.sha256})`,
            { hint: 'Pin what is there now with `nx g nx-gguf:update`.' },
          );
      }
    },
  });
  return [...locked.files];
}

/** Writes blobs out of git into the store; their sha256 by path. */
async function storePlain(
  repository: GitRepository,
  files: readonly GitFile[],
  context: UpstreamContext,
): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  const directory = join(repository.directory, 'nx-gguf-out');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  await pool(files, context.settings.parallel, async ({ path, gitOid }) => {
    const toFile = join(
      directory,
      `${gitOid}-${digests.size}-${Buffer.from(path).toString('hex').slice(0, 40)}`,
    );
    await repository.git(['cat-file', 'blob', gitOid], { toFile });
    digests.set(path, (await adoptFile(context.store, toFile)).sha256);
  });
  return digests;
}

async function storeLfs(
  repository: GitRepository,
  { commit, files }: { commit: string; files: readonly GitFile[] },
  { store, report }: UpstreamContext,
): Promise<void> {
  const onProgress = (text: string): void => {
    const percent = [...text.matchAll(/LFS objects:\s+(\d+)%/g)].at(-1)?.[1];
    if (percent !== undefined)
      report({
        type: 'progress',
        label: `git lfs ${repository.url}`,
        done: Number(percent),
        total: 100,
        unit: 'steps',
      });
  };
  await requireSpace(
    files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    store,
  );
  for (const names of lists(files.map(({ path }) => lfsPattern(path))))
    await repository.git(['lfs', 'fetch', 'origin', commit, `--include=${names}`, '--exclude='], {
      onProgress,
    });
  for (const { path, lfs } of files) {
    const object = join(
      repository.directory,
      'lfs/objects',
      lfs?.slice(0, 2) ?? '',
      lfs?.slice(2, 4) ?? '',
      lfs ?? '',
    );
    const actual = await hashFile(object).catch(() => null);
    if (actual?.sha256 !== lfs) {
      await rm(object, { force: true });
      throw new GgufError(
        'DIGEST_MISMATCH',
        `${repository.url} ${path}: ${actual === null ? 'git-lfs did not bring it' : `git-lfs brought sha256 ${actual.sha256} instead of ${lfs ?? ''}`}`,
        { hint: 'Is the object on the LFS server? Nothing of it was kept.' },
      );
    }
    await adoptFile(store, object);
  }
}

/**
 * A pattern of git-lfs that matches a path: characters with a meaning match any one character, and bytes are
 * verified anyway.
 */
function lfsPattern(path: string): string {
  return `/${path.replaceAll(/[*?[\]\\,!#{}]/g, '?')}`;
}

function lists(names: readonly string[]): string[] {
  const joined: string[] = [];
  for (const name of names) {
    const last = joined.at(-1);
    if (last === undefined || last.length + name.length > listLength) joined.push(name);
    else joined[joined.length - 1] = `${last},${name}`;
  }
  return joined;
}

function lockedFile({ path, sizeBytes, gitOid, lfs }: GitFile, sha256: string): LockedFile {
  return { path, sizeBytes, sha256, ...(lfs === null ? { gitOid } : {}) };
}
