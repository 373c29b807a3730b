import { join } from 'node:path';
import { GgufError, isGgufError } from '../core/errors.js';
import type { PublishGit } from '../core/generated/model.generated.js';
import { belongsInLfs, withTrackedFiles } from '../publication/lfs-attributes.js';
import { changesOf, type Present } from '../publication/upload-plan.js';
import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import { readRecord, recordFile } from '../publication/record.js';
import { writeDurably } from '../files/durable.js';
import { placeForGood } from '../store/place-for-good.js';
import { readSound } from '../store/sound-bytes.js';
import { runGitWithRetries } from '../upstream/git/git.js';
import {
  fetchRevision,
  followPointers,
  listCommit,
  withGitRepository,
  type GitFile,
  type GitRepository,
} from '../upstream/git/git-repository.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import { contentOf } from './sent-content.js';
import type { DestinationRequest, DestinationSession, OpenDestination, Publication } from './session.js';

/** What the work on one branch has at hand. */
interface GitWork {
  to: PublishGit;
  branch: string;
  repository: GitRepository;
  context: UpstreamContext;
}

const attributesFile = '.gitattributes';
/** Objects that one command pushes. */
const mostObjects = 200;

/**
 * A branch of a git repository, changed without a working copy: objects of Git LFS first, then one commit.
 */
export function gitDestination(
  to: PublishGit,
  projectDir: string,
  { request, context }: { request: DestinationRequest; context: UpstreamContext },
): OpenDestination {
  return (work) =>
    withGitRepository(to.url, projectDir, {
      context,
      work: async (repository) =>
        work(await openSession({ to, branch: to.branch ?? 'main', repository, context }, request)),
    });
}

async function openSession(
  git: GitWork,
  { wanted, create, dryRun }: DestinationRequest,
): Promise<DestinationSession> {
  const head = await headOf(git);
  if (head === null && !create && !dryRun)
    throw new GgufError('BRANCH_MISSING', `${git.to.url}: there is no branch ${git.branch}`, {
      hint: 'Make it with --create.',
    });
  const files =
    head === null ? [] : await followPointers(git.repository, await listCommit(git.repository, head));
  const attributes = (await textOf(git, files, attributesFile)) ?? '';
  const tracked = withTrackedFiles(attributes, wanted);
  const present: Present = {
    destination: `${git.to.url}${git.branch === 'main' ? '' : ` (branch ${git.branch})`}`,
    exists: head !== null,
    files: files.map(({ path, sizeBytes, gitOid, lfs }) => ({
      path,
      // What a broken pointer stands for is no file that could stay.
      sizeBytes: Number.isNaN(sizeBytes) ? 0 : sizeBytes,
      gitOid,
      sha256: lfs,
    })),
    record: readRecord((await textOf(git, files, recordFile)) ?? ''),
    ...(tracked === attributes
      ? {}
      : { amended: { path: attributesFile, text: tracked, because: 'Git LFS keeps GGUFs and large files' } }),
  };
  return { present, apply: (publication) => apply(git, publication, { head, attributes: tracked }) };
}

async function headOf({ to, branch, repository, context }: GitWork): Promise<string | null> {
  const listed = await runGitWithRetries(
    { args: ['ls-remote', '--heads', 'origin', `refs/heads/${branch}`], directory: repository.directory },
    context,
    `git ls-remote of ${to.url}`,
  ).catch((error: unknown) => {
    if (!isGgufError(error) || error.code !== 'GIT_FAILED') throw error;
    throw new GgufError('GIT_UNREACHABLE', `git cannot reach ${to.url}`, {
      cause: error,
      tail: error.tail,
      hint: 'Check "url", and that git itself can reach it: credentials come from git\'s own helpers and from ssh.',
    });
  });
  return listed.toString().trim() === '' ? null : fetchRevision(repository, branch);
}

async function textOf(
  { repository }: GitWork,
  files: readonly GitFile[],
  path: string,
): Promise<string | null> {
  const file = files.find((candidate) => candidate.path === path);
  return file === undefined || file.lfs !== null
    ? null
    : (await repository.git(['cat-file', 'blob', file.gitOid])).toString();
}

async function apply(
  git: GitWork,
  publication: Publication,
  { head, attributes }: { head: string | null; attributes: string },
): Promise<string> {
  const { repository, branch, context, to } = git;
  const { lines, objects } = await writeBlobs(git, publication, attributes);
  await repository.git(head === null ? ['read-tree', '--empty'] : ['read-tree', head]);
  await repository.git(['update-index', '-z', '--index-info'], {
    input: lines.map((line) => `${line}\0`).join(''),
  });
  const tree = (await repository.git(['write-tree'])).toString().trim();
  const commit = await commitTree(git, { tree, head, publication });
  for (let at = 0; at < objects.length; at += mostObjects)
    await pushObjects(git, objects.slice(at, at + mostObjects));
  try {
    await runGitWithRetries(
      {
        args: ['push', '--quiet', 'origin', `${commit}:refs/heads/${branch}`],
        directory: repository.directory,
      },
      context,
      `git push to ${to.url}`,
    );
  } catch (caught) {
    const error = uploadFailure(caught);
    if (!isGgufError(error) || error.code !== 'GIT_FAILED') throw error;
    const isOutrun = error.tail.some((line) =>
      /non-fast-forward|fetch first|failed to lock|cannot lock ref|incorrect old value/.test(line),
    );
    throw new GgufError(
      isOutrun ? 'DESTINATION_CHANGED' : 'GIT_REFUSED',
      isOutrun ? `${to.url}: somebody else pushed meanwhile` : `${to.url} does not take the commit`,
      {
        cause: error,
        tail: error.tail,
        hint: isOutrun ? 'Run it again.' : 'See what it says, and whether you may push to this branch.',
      },
    );
  }
  return `${to.url} ${commit}`;
}

/** Writes what the commit holds into the bare copy: pointers, small files and the objects of LFS. */
async function writeBlobs(
  { repository, context }: GitWork,
  { plan, contents }: Publication,
  attributes: string,
): Promise<{ lines: string[]; objects: string[] }> {
  const lines: string[] = [];
  const objects: string[] = [];
  const write = async (bytes: string | Uint8Array): Promise<string> =>
    (await repository.git(['hash-object', '-w', '--stdin'], { input: bytes })).toString().trim();
  for (const file of changesOf(plan)) {
    if (file.action === 'delete') {
      lines.push(`0 ${'0'.repeat(40)}\t${file.path}`);
      continue;
    }
    const content = contentOf(contents, file);
    if (belongsInLfs(file, attributes)) {
      const oid = sha256Of(file);
      const place = join(repository.directory, 'lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid);
      if ('text' in content) await writeDurably(place, content.text);
      else await placeForGood(context.store, content, place);
      lines.push(
        `100644 ${await write(`version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${file.sizeBytes}\n`)}\t${file.path}`,
      );
      objects.push(oid);
    } else {
      const bytes = 'text' in content ? content.text : await readSound(context.store, content);
      lines.push(`100644 ${await write(bytes)}\t${file.path}`);
    }
  }
  return { lines, objects: [...new Set(objects)] };
}

function sha256Of({ sha256, path }: PublishPlan['files'][number]): string {
  if (sha256 === undefined) throw new Error(`no digest of ${path}`);
  return sha256;
}

async function commitTree(
  { repository }: GitWork,
  { tree, head, publication: { message } }: { tree: string; head: string | null; publication: Publication },
): Promise<string> {
  try {
    return (
      await repository.git(['commit-tree', tree, ...(head === null ? [] : ['-p', head]), '-F', '-'], {
        input: `${message.title}\n\n${message.description}\n`,
      })
    )
      .toString()
      .trim();
  } catch (error) {
    if (
      !isGgufError(error) ||
      !error.tail.some((line) => /tell me who you are|empty ident|auto-detect email/i.test(line))
    )
      throw error;
    throw new GgufError('GIT_IDENTITY', 'git does not know who commits', {
      cause: error,
      hint: 'git config --global user.name "..." and git config --global user.email "..."',
    });
  }
}

async function pushObjects({ repository, context, to }: GitWork, objects: readonly string[]): Promise<void> {
  const onProgress = (text: string): void => {
    const percent = [...text.matchAll(/LFS objects:\s+(\d+)%/g)].at(-1)?.[1];
    if (percent !== undefined)
      context.report({
        type: 'progress',
        label: `git lfs push to ${to.url}`,
        done: Number(percent),
        total: 100,
        unit: 'steps',
      });
  };
  try {
    await runGitWithRetries(
      {
        args: ['lfs', 'push', '--object-id', 'origin', ...objects],
        directory: repository.directory,
        onProgress,
      },
      context,
      `git lfs push to ${to.url}`,
    );
  } catch (caught) {
    const error = uploadFailure(caught);
    if (!isGgufError(error) || error.code !== 'GIT_FAILED') throw error;
    throw new GgufError('GIT_REFUSED', `${to.url} does not take the files that belong in Git LFS`, {
      cause: error,
      tail: error.tail,
      hint: 'See what it says: does the server have Git LFS, with room left, and may you write there? No commit was pushed.',
    });
  }
}

/** What was tried too often here is an upload. */
function uploadFailure(error: unknown): unknown {
  return isGgufError(error) && error.code === 'DOWNLOAD_FAILED'
    ? new GgufError('UPLOAD_FAILED', error.message, { cause: error, hint: error.hint ?? '' })
    : error;
}
