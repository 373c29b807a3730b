import { createHash } from 'node:crypto';
import { accountOf, mayWrite, withWriter, type Named } from './hub-account.js';
import { bytesOf, contentOf, gitBlobId, type Content } from './hub-content.js';
import { commitAt } from './hub-reading.js';
import { cardFindings } from './hub-card.js';
import { outOfStorage } from './hub-limits.js';
import { bodyText, failure } from './hub-replies.js';
import type { Exchange, HubCommit, Reply } from './hub-types.js';

/** The hub keeps files above this size in LFS, whatever they hold. */
const largeBytes = 10 << 20;

/** Makes a repository, with the first commit that the hub gives it. */
export async function createRepo({ hub, seen, request }: Exchange): Promise<Reply> {
  const asked = JSON.parse(await bodyText(request)) as {
    name: string;
    organization?: string;
    type?: 'model' | 'dataset';
    visibility?: string;
    private?: boolean;
  };
  const account = accountOf({ hub, seen });
  if (account === undefined) return failure(401, 'Unauthorized', 'Invalid username or password.');
  const namespace = asked.organization ?? account.name;
  const name = `${namespace}/${asked.name}`;
  if (!mayWrite(account, name))
    return failure(
      403,
      'Forbidden',
      `You don't have the rights to create a model under the namespace "${namespace}"`,
    );
  const kind = asked.type ?? 'model';
  if (hub.repos.some((repo) => repo.kind === kind && repo.name === name))
    return failure(409, 'RepoExists', `You already created this ${kind} repo`);
  const isPrivate = asked.visibility === 'private' || asked.private === true;
  if (!isPrivate && hub.limits.privateOnly.includes(namespace))
    return failure(403, 'Forbidden', `${namespace} forbids the creation of public ${kind}s.`);
  const attributes = contentOf(
    '*.bin filter=lfs diff=lfs merge=lfs -text\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n',
  );
  const first: HubCommit = {
    sha: commitName(name, 0),
    files: { '.gitattributes': attributes },
    lfs: [],
    summary: 'initial commit',
  };
  hub.repos.push({
    kind,
    name,
    commits: [first],
    branches: { main: first.sha },
    ...(isPrivate ? { token: account.token } : {}),
  });
  return { status: 200, body: { url: `${hub.endpoint}/${name}`, id: '000000000000000000000003', name } };
}

/** Makes a branch from another one, or from main. */
export async function createBranch(exchange: Exchange, named: Named): Promise<Reply> {
  return withWriter(exchange, named, async (repo) => {
    const { startingPoint = 'main' } = JSON.parse(await bodyText(exchange.request)) as {
      startingPoint?: string;
    };
    const from = commitAt(repo, startingPoint);
    if (from === undefined) return failure(404, 'RevisionNotFound', `Invalid rev id: ${startingPoint}`);
    if (repo.branches?.[named.revision ?? ''] !== undefined)
      return failure(409, 'BranchExists', 'Reference already exists');
    repo.branches = {
      main: repo.commits.at(-1)?.sha ?? '',
      ...repo.branches,
      [named.revision ?? '']: from.sha,
    };
    return { status: 200, body: { success: true } };
  });
}

/** Says of each file whether it goes into LFS: by .gitattributes, by its size, or because it is no text. */
export async function preupload(exchange: Exchange, named: Named): Promise<Reply> {
  return withWriter(exchange, named, async (_repo, head) => {
    const { files } = JSON.parse(await bodyText(exchange.request)) as {
      files: { path: string; size: number; sample: string }[];
    };
    const attributes = attributesOf(head);
    return {
      status: 200,
      body: {
        files: files.map(({ path, size, sample }) => ({
          path,
          shouldIgnore: false,
          uploadMode:
            isTracked(path, attributes) || size > largeBytes || Buffer.from(sample, 'base64').includes(0)
              ? 'lfs'
              : 'regular',
        })),
        commitOid: head.sha,
      },
    };
  });
}

type Line =
  | { key: 'header'; value: { summary: string; description?: string; parentCommit?: string } }
  | { key: 'file'; value: { path: string; content: string; encoding: string } }
  | { key: 'lfsFile'; value: { path: string; oid: string; size: number; algo: string } }
  | { key: 'deletedFile'; value: { path: string } };

/** Makes a commit of what the lines say, when nobody else did meanwhile. */
export async function commit(exchange: Exchange, named: Named): Promise<Reply> {
  return withWriter(exchange, named, async (repo, head) => {
    const lines = (await bodyText(exchange.request)).split('\n').map((line) => JSON.parse(line) as Line);
    const header = lines.find((line) => line.key === 'header')?.value;
    if (header?.parentCommit !== undefined && header.parentCommit !== head.sha)
      return failure(412, 'PreconditionFailed', 'A commit has happened since. Please refresh and try again.');
    const files: Record<string, Content> = { ...head.files };
    const lfs = new Set(head.lfs);
    for (const line of lines) {
      if (line.key === 'header') continue;
      if (line.key === 'lfsFile') {
        const object =
          exchange.hub.objects.get(line.value.oid) ??
          repo.commits
            .flatMap((commitOf) => commitOf.lfs.map((path) => commitOf.files[path]))
            .find((content) => content?.sha256 === line.value.oid);
        if (object?.sizeBytes !== line.value.size)
          return failure(
            400,
            'BadRequest',
            `LFS pointer pointed to a file that does not exist: ${line.value.path}`,
          );
        files[line.value.path] = object;
        lfs.add(line.value.path);
        if (!isTracked(line.value.path, attributesOf({ files })))
          files['.gitattributes'] = contentOf(
            `${attributesOf({ files })}${line.value.path} filter=lfs diff=lfs merge=lfs -text\n`,
          );
        continue;
      }
      if (line.key === 'deletedFile') {
        if (files[line.value.path] === undefined)
          return failure(400, 'BadRequest', `there is no file ${line.value.path}`);
        files[line.value.path] = contentOf('');
        Reflect.deleteProperty(files, line.value.path);
      } else {
        const bytes = Buffer.from(line.value.content, 'base64');
        if (bytes.length > largeBytes)
          return failure(413, 'PayloadTooLarge', `${line.value.path} is too large for a regular file`);
        files[line.value.path] = contentOf(bytes);
      }
      lfs.delete(line.value.path);
    }
    const card = files['README.md'];
    if (card !== undefined && card !== head.files['README.md']) {
      const { errors } = cardFindings(bytesOf(card).toString());
      if (errors.length > 0) return failure(400, 'BadRequest', 'Invalid metadata in README.md');
    }
    const full = outOfStorage(exchange.hub, repo, files);
    if (full !== null) return full;
    const made: HubCommit = {
      sha: commitName(repo.name, repo.commits.length),
      files,
      lfs: [...lfs],
      summary: header?.summary ?? '',
      description: header?.description ?? '',
    };
    const branch = named.revision ?? 'main';
    repo.branches = { main: head.sha, ...repo.branches, [branch]: made.sha };
    repo.commits.push(made);
    return {
      status: 200,
      body: {
        success: true,
        commitOid: made.sha,
        commitUrl: `${exchange.hub.endpoint}/${repo.name}/commit/${made.sha}`,
        hookOutput: '',
      },
    };
  });
}

function attributesOf({ files }: Pick<HubCommit, 'files'>): string {
  const content = files['.gitattributes'];
  return content === undefined ? '' : bytesOf(content).toString();
}

function isTracked(path: string, attributes: string): boolean {
  return attributes.split('\n').some((line) => {
    const [pattern = ''] = line.split(' ');
    return (
      line.includes('filter=lfs') &&
      (pattern === path || (pattern.startsWith('*.') && path.endsWith(pattern.slice(1))))
    );
  });
}

function commitName(repository: string, number: number): string {
  return createHash('sha1')
    .update(gitBlobId(Buffer.from(`${repository} ${number}`)))
    .digest('hex');
}
