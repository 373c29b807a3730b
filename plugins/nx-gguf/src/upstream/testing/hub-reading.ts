import { bytesOf, contentOf, gitBlobId, lfsPointer } from './hub-content.js';
import { xetFileInfo } from './hub-xet-download.js';
import { bodyText, failure, serveContent } from './hub-replies.js';
import type { Exchange, HubCommit, HubRepo, Reply } from './hub-types.js';

/** Does work on the commit that a revision is, for those who may read it. */
export async function withCommit(
  exchange: Exchange,
  { plural, name, revision }: { plural: string; name: string; revision: string },
  work: (commit: HubCommit, repo: HubRepo) => Reply | Promise<Reply | null>,
): Promise<Reply | null> {
  const repo = exchange.hub.repos.find(
    (candidate) => `${candidate.kind}s` === plural && candidate.name === name,
  );
  const isReader = repo?.token === undefined || exchange.seen.authorization === `Bearer ${repo.token}`;
  const hasToken = exchange.seen.authorization !== undefined;
  if (repo === undefined || (!isReader && repo.isGated !== true))
    return failure(
      hasToken ? 404 : 401,
      'RepoNotFound',
      hasToken ? 'Repository not found' : 'Invalid username or password.',
    );
  if (!isReader && exchange.url.pathname.includes('/resolve/'))
    return failure(hasToken ? 403 : 401, 'GatedRepo', `Access to ${repo.kind} ${name} is restricted.`);
  const commit = commitAt(repo, revision);
  return commit === undefined
    ? failure(404, 'RevisionNotFound', `Invalid rev id: ${revision}`)
    : work(commit, repo);
}

/** The commit of a branch, of a tag, or by its own name. */
export function commitAt(repo: HubRepo, revision: string): HubCommit | undefined {
  const named =
    repo.branches?.[revision === 'HEAD' ? 'main' : revision] ??
    (revision === 'main' || revision === 'HEAD'
      ? repo.commits.at(-1)?.sha
      : (repo.tags?.[revision] ?? revision));
  return repo.commits.find(({ sha }) => sha === named);
}

/** What the hub says about a repository. */
export function information(commit: HubCommit, repo: HubRepo) {
  return {
    _id: '000000000000000000000001',
    id: repo.name,
    sha: commit.sha,
    private: repo.token !== undefined,
    gated: repo.isGated === true ? 'manual' : false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    lastModified: '2026-01-01T00:00:00.000Z',
    createdAt: '2026-01-01T00:00:00.000Z',
    siblings: Object.keys(commit.files).map((rfilename) => ({ rfilename })),
    ...(repo.kind === 'model' ? { modelId: repo.name } : {}),
  };
}

/** The files of a commit, as the hub lists them. */
function entries(commit: HubCommit, recursive: boolean) {
  const files = Object.entries(commit.files).map(([path, content]) => {
    const pointer = commit.lfs.includes(path) ? lfsPointer(content) : null;
    return {
      type: 'file',
      oid: gitBlobId(pointer ?? bytesOf(content)),
      size: content.sizeBytes,
      path,
      ...(pointer === null
        ? {}
        : { lfs: { oid: content.sha256, size: content.sizeBytes, pointerSize: pointer.length } }),
    };
  });
  const directories = [
    ...new Set(
      files.flatMap(({ path }) =>
        path
          .split('/')
          .slice(0, -1)
          .map((_, depth, parts) => parts.slice(0, depth + 1).join('/')),
      ),
    ),
  ];
  const all = [
    ...directories.map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })),
    ...files,
  ];
  return recursive ? all : all.filter(({ path }) => !path.includes('/'));
}

/** The files of a commit, on pages. */
export function tree({ url, hub }: Exchange, commit: HubCommit): Reply {
  const all = entries(commit, url.searchParams.get('recursive') === 'true');
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const next = new URL(`${hub.endpoint}${url.pathname}${url.search}`);
  next.searchParams.set('cursor', String(from + hub.pageSize));
  return {
    status: 200,
    body: all.slice(from, from + hub.pageSize),
    headers: from + hub.pageSize < all.length ? { link: `<${next.href}>; rel="next"` } : {},
  };
}

/** Some files of a commit. */
export async function pathsInfo({ request }: Exchange, commit: HubCommit): Promise<Reply> {
  const text = await bodyText(request);
  const paths = text.startsWith('{')
    ? (JSON.parse(text) as { paths: string[] }).paths
    : new URLSearchParams(text).getAll('paths');
  return { status: 200, body: entries(commit, true).filter(({ path }) => paths.includes(path)) };
}

/**
 * The hub redirects large files to another host, and small ones to an address of its own that depends on the
 * commit alone.
 */
export function resolveFile(
  exchange: Exchange,
  { commit, repo, path }: { commit: HubCommit; repo: HubRepo; path: string },
): Reply {
  const { hub, request } = exchange;
  if (request.headers.accept?.includes('application/vnd.xet-fileinfo+json') === true) {
    const info = xetFileInfo(exchange, { commit, repo, path });
    if (info !== null) return info;
  }
  const content = commit.files[path];
  if (content === undefined) return failure(404, 'EntryNotFound', 'Entry not found', commit);
  const isLfs = commit.lfs.includes(path);
  const location = isLfs
    ? `${hub.cdn}/${content.sha256}?Signature=secret&repo=${encodeURIComponent(repo.name)}&path=${encodeURIComponent(path)}`
    : `/api/resolve-cache/${repo.kind}s/${repo.name}/${commit.sha}/${encodeURIComponent(path)}`;
  return {
    status: isLfs ? 302 : 307,
    body: null,
    headers: {
      location,
      'accept-ranges': 'bytes',
      'x-repo-commit': commit.sha,
      'x-linked-size': String(content.sizeBytes),
      'x-linked-etag': `"${isLfs ? content.sha256 : gitBlobId(bytesOf(content))}"`,
    },
  };
}

/** What git itself holds: of a file in LFS its pointer. */
export async function rawFile(exchange: Exchange, commit: HubCommit, path: string): Promise<Reply | null> {
  const content = commit.files[path];
  if (content === undefined) return failure(404, 'EntryNotFound', 'Entry not found', commit);
  const bytes = commit.lfs.includes(path) ? lfsPointer(content) : bytesOf(content);
  return serveContent(exchange, contentOf(bytes), gitBlobId(bytes));
}

/** A small file. */
export async function serveFile(exchange: Exchange, commit: HubCommit, path: string): Promise<Reply | null> {
  const content = commit.files[path];
  if (content === undefined) return failure(404, 'EntryNotFound', 'Entry not found', commit);
  exchange.response.setHeader('x-repo-commit', commit.sha);
  return serveContent(exchange, content, gitBlobId(bytesOf(content)));
}

/** A large file, on the second host. */
export async function serveObject(exchange: Exchange): Promise<Reply | null> {
  const sha256 = exchange.url.pathname.slice(1);
  const content =
    exchange.hub.objects.get(sha256) ??
    exchange.hub.repos
      .flatMap(({ commits }) => commits.flatMap(({ files }) => Object.values(files)))
      .find((candidate) => candidate.sha256 === sha256);
  // A signed address refuses a second kind of credentials, as object stores do.
  if (content === undefined || exchange.seen.authorization !== undefined)
    return { status: content === undefined ? 404 : 400, body: { error: 'refused' } };
  // The real one answers 400 to a request whose answer would be larger than 50 GB, and serves ranges of any
  // file (huggingface_hub 2991 and 3868, xet-core 238).
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(exchange.seen.range ?? '') ?? [];
  const end = last === '' ? content.sizeBytes : Math.min(content.sizeBytes, Number(last) + 1);
  if (end - Number(first) > exchange.hub.largestAnswerBytes)
    return { status: 400, body: { error: 'Bad Request' } };
  return serveContent(exchange, content, sha256);
}
