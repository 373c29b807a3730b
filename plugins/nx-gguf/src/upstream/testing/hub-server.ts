import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { bytesOf, contentOf, gitBlobId, lfsPointer, type Content } from './hub-content.js';

/** A repository of the loopback hub. Its commits are lists of files; `main` is the last one. */
export interface HubRepo {
  kind: 'model' | 'dataset';
  name: string;
  commits: HubCommit[];
  /** Names of revisions besides `main` and the commits themselves. */
  tags?: Record<string, string>;
  /** Only this token may read it. */
  token?: string;
  /** Reading needs a granted request besides the token. */
  isGated?: boolean;
}

/** A state of a repository. Files in `lfs` are served by the second host. */
export interface HubCommit {
  sha: string;
  files: Record<string, Content>;
  lfs: readonly string[];
}

/** A request that a host got. */
export interface SeenRequest {
  host: 'hub' | 'cdn';
  method: string;
  url: string;
  authorization: string | undefined;
  range: string | undefined;
  /** Bytes of body that were handed to the connection. */
  sentBytes: number;
}

/** Something that goes wrong, for requests of a host whose URL matches, so many times. */
export interface Fault {
  host: 'hub' | 'cdn';
  url: RegExp;
  times: number;
  /** Answers this instead. */
  status?: number;
  headers?: Record<string, string>;
  /** Ends the connection after so many bytes of the body. */
  truncateAt?: number;
  /** Sends nothing more after so many bytes of the body. */
  stallAt?: number;
  /** Changes this byte of the file. */
  corruptAt?: number;
  /** Ignores Range and sends all. */
  ignoresRange?: boolean;
  /** Pause before each MiB of the body. */
  slowMs?: number;
}

/** A hub on two loopback ports: the second one is the host that large files are redirected to. */
export interface HubServer {
  endpoint: string;
  cdn: string;
  repos: HubRepo[];
  faults: Fault[];
  seen: SeenRequest[];
  /** Entries on a page of a tree. */
  pageSize: number;
  close: () => Promise<void>;
}

interface Reply { status: number; body: unknown; headers?: Record<string, string> | undefined }

interface Exchange { hub: HubServer; request: IncomingMessage; response: ServerResponse; seen: SeenRequest; url: URL; fault: Fault | undefined }

/** Starts a loopback hub. */
export async function startHub(repos: HubRepo[]): Promise<HubServer> {
  const hub: HubServer = { endpoint: '', cdn: '', repos, faults: [], seen: [], pageSize: 1000, close: () => Promise.resolve() };
  const [main, cdn] = [listener(hub, 'hub'), listener(hub, 'cdn')];
  for (const server of [main, cdn]) await once(server.listen(0, '127.0.0.1'), 'listening');
  hub.endpoint = `http://127.0.0.1:${(main.address() as AddressInfo).port}`;
  hub.cdn = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  hub.close = async () => {
    for (const server of [main, cdn]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return hub;
}

function listener(hub: HubServer, host: 'hub' | 'cdn'): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const seen: SeenRequest = { host, method: request.method ?? '', url: request.url ?? '', authorization: request.headers.authorization, range: request.headers.range, sentBytes: 0 };
    hub.seen.push(seen);
    const fault = hub.faults.find((candidate) => candidate.host === host && candidate.times > 0 && candidate.url.test(seen.url));
    if (fault !== undefined) fault.times--;
    const exchange: Exchange = { hub, request, response, seen, url, fault };
    const reply = fault?.status !== undefined ? Promise.resolve({ status: fault.status, body: { error: `fault ${fault.status}` }, headers: fault.headers }) : host === 'cdn' ? serveObject(exchange) : serveHub(exchange);
    reply.then((given) => { if (given !== null) send(exchange, given); }).catch(() => response.destroy());
  });
}

async function serveHub(exchange: Exchange): Promise<Reply | null> {
  const path = decodeURIComponent(exchange.url.pathname);
  const api = /^\/api\/(models|datasets)\/([^/]+\/[^/]+?)(?:\/(revision|tree|paths-info)\/([^/]+)(?:\/(.*))?)?$/.exec(path);
  const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/(?:resolve|raw)\/([^/]+)\/(.+)$/.exec(path);
  const cached = /^\/api\/resolve-cache\/(models|datasets)\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(path);
  if (cached !== null) return withCommit(exchange, { plural: cached[1] ?? '', name: cached[2] ?? '', revision: cached[3] ?? '' }, (commit) => serveFile(exchange, commit, cached[4] ?? ''));
  if (file !== null) return withCommit(exchange, { plural: file[1] === undefined ? 'models' : 'datasets', name: file[2] ?? '', revision: file[3] ?? '' }, (commit, repo) => path.includes('/raw/') ? rawFile(exchange, commit, file[4] ?? '') : resolveFile(exchange, { commit, repo, path: file[4] ?? '' }));
  if (api === null) return { status: 404, body: { error: 'Sorry, we can\'t find the page you are looking for.' } };
  return withCommit(exchange, { plural: api[1] ?? '', name: api[2] ?? '', revision: api[4] ?? 'main' }, (commit, repo) => {
    if (api[3] === 'tree') return tree(exchange, commit);
    return api[3] === 'paths-info' ? pathsInfo(exchange, commit) : { status: 200, body: information(commit, repo) };
  });
}

async function withCommit(exchange: Exchange, { plural, name, revision }: { plural: string; name: string; revision: string }, work: (commit: HubCommit, repo: HubRepo) => Reply | Promise<Reply | null>): Promise<Reply | null> {
  const repo = exchange.hub.repos.find((candidate) => `${candidate.kind}s` === plural && candidate.name === name);
  const isReader = repo?.token === undefined || exchange.seen.authorization === `Bearer ${repo.token}`;
  const hasToken = exchange.seen.authorization !== undefined;
  if (repo === undefined || (!isReader && repo.isGated !== true)) return failure(hasToken ? 404 : 401, 'RepoNotFound', hasToken ? 'Repository not found' : 'Invalid username or password.');
  if (!isReader && exchange.url.pathname.includes('/resolve/')) return failure(hasToken ? 403 : 401, 'GatedRepo', `Access to ${repo.kind} ${name} is restricted.`);
  const tag = revision === 'main' || revision === 'HEAD' ? repo.commits.at(-1)?.sha : (repo.tags?.[revision] ?? revision);
  const commit = repo.commits.find(({ sha }) => sha === tag);
  return commit === undefined ? failure(404, 'RevisionNotFound', `Invalid rev id: ${revision}`) : work(commit, repo);
}

function information(commit: HubCommit, repo: HubRepo) {
  return {
    _id: '000000000000000000000001', id: repo.name, sha: commit.sha, private: repo.token !== undefined, gated: repo.isGated === true ? 'manual' : false, disabled: false, downloads: 0, likes: 0, tags: [],
    lastModified: '2026-01-01T00:00:00.000Z', createdAt: '2026-01-01T00:00:00.000Z', siblings: Object.keys(commit.files).map((rfilename) => ({ rfilename })),
    ...(repo.kind === 'model' ? { modelId: repo.name } : {}),
  };
}

function entries(commit: HubCommit, recursive: boolean) {
  const files = Object.entries(commit.files).map(([path, content]) => {
    const pointer = commit.lfs.includes(path) ? lfsPointer(content) : null;
    return {
      type: 'file', oid: gitBlobId(pointer ?? bytesOf(content)), size: content.sizeBytes, path,
      ...(pointer === null ? {} : { lfs: { oid: content.sha256, size: content.sizeBytes, pointerSize: pointer.length } }),
    };
  });
  const directories = [...new Set(files.flatMap(({ path }) => path.split('/').slice(0, -1).map((_, depth, parts) => parts.slice(0, depth + 1).join('/'))))];
  const all = [...directories.map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })), ...files];
  return recursive ? all : all.filter(({ path }) => !path.includes('/'));
}

function tree({ url, hub }: Exchange, commit: HubCommit): Reply {
  const all = entries(commit, url.searchParams.get('recursive') === 'true');
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const next = new URL(`${hub.endpoint}${url.pathname}${url.search}`);
  next.searchParams.set('cursor', String(from + hub.pageSize));
  return { status: 200, body: all.slice(from, from + hub.pageSize), headers: from + hub.pageSize < all.length ? { link: `<${next.href}>; rel="next"` } : {} };
}

async function pathsInfo({ request }: Exchange, commit: HubCommit): Promise<Reply> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const text = Buffer.concat(parts).toString();
  const paths = text.startsWith('{') ? (JSON.parse(text) as { paths: string[] }).paths : new URLSearchParams(text).getAll('paths');
  return { status: 200, body: entries(commit, true).filter(({ path }) => paths.includes(path)) };
}

/** The hub redirects large files to another host, and small ones to an address of its own that depends on the commit alone. */
function resolveFile({ hub }: Exchange, { commit, repo, path }: { commit: HubCommit; repo: HubRepo; path: string }): Reply {
  const content = commit.files[path];
  if (content === undefined) return failure(404, 'EntryNotFound', 'Entry not found', commit);
  const isLfs = commit.lfs.includes(path);
  const location = isLfs
    ? `${hub.cdn}/${content.sha256}?Signature=secret&repo=${encodeURIComponent(repo.name)}&path=${encodeURIComponent(path)}`
    : `/api/resolve-cache/${repo.kind}s/${repo.name}/${commit.sha}/${encodeURIComponent(path)}`;
  return {
    status: isLfs ? 302 : 307, body: null,
    headers: { location, 'accept-ranges': 'bytes', 'x-repo-commit': commit.sha, 'x-linked-size': String(content.sizeBytes), 'x-linked-etag': `"${isLfs ? content.sha256 : gitBlobId(bytesOf(content))}"` },
  };
}

/** What git itself holds: of a file in LFS its pointer. */
async function rawFile(exchange: Exchange, commit: HubCommit, path: string): Promise<Reply | null> {
  const content = commit.files[path];
  if (content === undefined) return failure(404, 'EntryNotFound', 'Entry not found', commit);
  const bytes = commit.lfs.includes(path) ? lfsPointer(content) : bytesOf(content);
  return serveContent(exchange, contentOf(bytes), gitBlobId(bytes));
}

async function serveFile(exchange: Exchange, commit: HubCommit, path: string): Promise<Reply | null> {
  const content = commit.files[path];
  if (content === undefined) return failure(404, 'EntryNotFound', 'Entry not found', commit);
  exchange.response.setHeader('x-repo-commit', commit.sha);
  return serveContent(exchange, content, gitBlobId(bytesOf(content)));
}

async function serveObject(exchange: Exchange): Promise<Reply | null> {
  const sha256 = exchange.url.pathname.slice(1);
  const content = exchange.hub.repos.flatMap(({ commits }) => commits.flatMap(({ files }) => Object.values(files))).find((candidate) => candidate.sha256 === sha256);
  // A signed address refuses a second kind of credentials, as object stores do.
  if (content === undefined || exchange.seen.authorization !== undefined) return { status: content === undefined ? 404 : 400, body: { error: 'refused' } };
  return serveContent(exchange, content, sha256);
}

async function serveContent({ request, response, seen, fault }: Exchange, content: Content, etag: string): Promise<Reply | null> {
  const range = fault?.ignoresRange === true ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const last = range?.[2] ?? '';
  const to = last === '' ? content.sizeBytes : Math.min(content.sizeBytes, Number(last) + 1);
  const headers = { etag: `"${etag}"`, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (range !== null && from >= content.sizeBytes) return { status: 416, body: null, headers: { ...headers, 'content-range': `bytes */${content.sizeBytes}` } };
  response.writeHead(range === null ? 200 : 206, { ...headers, 'content-length': to - from, ...(range === null ? {} : { 'content-range': `bytes ${from}-${to - 1}/${content.sizeBytes}` }) });
  response.flushHeaders();
  const isWhole = request.method === 'HEAD' || (await sendBytes({ response, seen, fault }, content.read(from, to), from));
  if (isWhole) response.end();
  return null;
}

/** Sends the pieces as far as the fault lets it; true when all were sent. */
async function sendBytes({ response, seen, fault }: Pick<Exchange, 'response' | 'seen' | 'fault'>, pieces: Iterable<Buffer>, from: number): Promise<boolean> {
  let at = from;
  for (const piece of pieces) {
    if (fault?.slowMs !== undefined) await sleep(fault.slowMs);
    const bytes = damaged(piece, at, fault);
    const allowed = Math.max(0, Math.min(bytes.length, Math.min(fault?.truncateAt ?? Infinity, fault?.stallAt ?? Infinity) - at));
    seen.sentBytes += allowed;
    if (!response.write(bytes.subarray(0, allowed))) await drained(response);
    if (response.destroyed) return false;
    if (allowed < bytes.length) {
      // Truncation is noticed after what was sent; a stall says nothing at all.
      if (fault?.truncateAt !== undefined) setTimeout(() => response.destroy(), 50);
      return false;
    }
    at += bytes.length;
  }
  return true;
}

/** Waits until the connection takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function damaged(piece: Buffer, at: number, fault: Fault | undefined): Buffer {
  const place = (fault?.corruptAt ?? -1) - at;
  if (place < 0 || place >= piece.length) return piece;
  const bytes = Buffer.from(piece);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
  return bytes;
}

function failure(status: number, code: string, ...[message, commit]: [string, HubCommit?]): Reply {
  return { status, body: { error: message }, headers: { 'x-error-code': code, 'x-error-message': message, ...(commit === undefined ? {} : { 'x-repo-commit': commit.sha }) } };
}

function send({ request, response }: Exchange, { status, body, headers }: Reply): void {
  const text = body === null ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers });
  response.end(request.method === 'HEAD' ? undefined : text);
}
