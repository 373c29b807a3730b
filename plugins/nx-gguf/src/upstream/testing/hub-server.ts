import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeUpload, lfsBatch, receiveObject, verifyObject } from './hub-lfs.js';
import {
  information,
  pathsInfo,
  rawFile,
  resolveFile,
  serveFile,
  serveObject,
  tree,
  withCommit,
} from './hub-reading.js';
import { renamed } from './hub-renames.js';
import { send } from './hub-replies.js';
import type { Exchange, HubRepo, HubServer, Reply, SeenRequest } from './hub-types.js';
import { whoAmI } from './hub-account.js';
import { validateYaml } from './hub-card.js';
import { rateLimited } from './hub-limits.js';
import { serveXet, xetReadToken } from './hub-xet-download.js';
import { serveCas } from './hub-xet-upload.js';
import { commit, createBranch, createRepo, preupload } from './hub-writing.js';

/** What a test says of a hub, and reads from it. */
export type { Fault, HubCommit, HubRepo, HubServer } from './hub-types.js';

/** Starts a loopback hub. */
export async function startHub(repos: HubRepo[]): Promise<HubServer> {
  const uploads = {
    directory: mkdtempSync(join(tmpdir(), 'nx-gguf-hub-')),
    partBytes: 16 << 20,
    open: new Map(),
  };
  const hub: HubServer = {
    endpoint: '',
    cdn: '',
    repos,
    faults: [],
    seen: [],
    pageSize: 1000,
    largestAnswerBytes: 50_000_000_000,
    accounts: [],
    objects: new Map(),
    uploads,
    xorbs: new Map(),
    limits: {
      api: null,
      resolvers: null,
      commits: null,
      privateBytes: null,
      privateOnly: [],
      fileBytes: 500e9,
    },
    close: () => Promise.resolve(),
  };
  const [main, cdn] = [listener(hub, 'hub'), listener(hub, 'cdn')];
  for (const server of [main, cdn]) await once(server.listen(0, '127.0.0.1'), 'listening');
  hub.endpoint = `http://127.0.0.1:${(main.address() as AddressInfo).port}`;
  hub.cdn = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  hub.close = async () => {
    for (const server of [main, cdn]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    rmSync(uploads.directory, { recursive: true, force: true });
  };
  return hub;
}

function listener(hub: HubServer, host: 'hub' | 'cdn'): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const seen: SeenRequest = {
      host,
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
      range: request.headers.range,
      sentBytes: 0,
      receivedBytes: 0,
    };
    hub.seen.push(seen);
    const fault = hub.faults.find(
      (candidate) =>
        candidate.host === host &&
        candidate.times > 0 &&
        (candidate.method ?? seen.method) === seen.method &&
        candidate.url.test(seen.url),
    );
    if (fault !== undefined) fault.times--;
    const exchange: Exchange = { hub, request, response, seen, url, fault };
    const reply =
      fault?.status !== undefined
        ? Promise.resolve({
            status: fault.status,
            body: fault.body ?? { error: `fault ${fault.status}` },
            headers: fault.headers,
          })
        : host === 'cdn'
          ? serveCdn(exchange)
          : serveHub(exchange);
    reply
      .then((given) => {
        if (fault?.losesAnswer === true) response.destroy();
        else if (given !== null) send(exchange, given);
      })
      .catch(() => response.destroy());
  });
}

async function serveCdn(exchange: Exchange): Promise<Reply | null> {
  const cas = await serveCas(exchange);
  if (cas !== null) return cas;
  if (exchange.request.method === 'PUT') return receiveObject(exchange);
  const reply = await serveXet(exchange);
  return reply === undefined ? serveObject(exchange) : reply;
}

async function serveHub(exchange: Exchange): Promise<Reply | null> {
  const elsewhere = renamed(exchange);
  if (elsewhere !== null) return elsewhere;
  const path = decodeURIComponent(exchange.url.pathname);
  const limited = rateLimited(exchange);
  if (limited !== null) return limited;
  if (exchange.request.method === 'POST')
    return (await serveWriting(exchange, path)) ?? serveReading(exchange, path);
  return path === '/api/whoami-v2' ? whoAmI(exchange) : serveReading(exchange, path);
}

async function serveWriting(exchange: Exchange, path: string): Promise<Reply | null> {
  const [, plural = '', name = '', verb, revision = ''] =
    /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(preupload|commit|branch)\/(.+)$/.exec(path) ?? [];
  const [, data, lfsName = '', lfsVerb] =
    /^\/(datasets\/)?([^/]+\/[^/]+)\.git\/info\/lfs\/objects\/(batch|verify)$/.exec(path) ?? [];
  const of = { plural, name, revision };
  if (path === '/api/validate-yaml') return validateYaml(exchange);
  if (path === '/api/repos/create') return createRepo(exchange);
  if (path === '/api/complete_multipart') return completeUpload(exchange);
  if (verb === 'preupload') return preupload(exchange, of);
  if (verb === 'commit') return commit(exchange, of);
  if (verb === 'branch') return createBranch(exchange, of);
  const lfsOf = { plural: data === undefined ? 'models' : 'datasets', name: lfsName };
  if (lfsVerb === 'batch') return lfsBatch(exchange, lfsOf);
  return lfsVerb === 'verify' ? verifyObject(exchange) : null;
}

async function serveReading(exchange: Exchange, path: string): Promise<Reply | null> {
  const api =
    /^\/api\/(models|datasets)\/([^/]+\/[^/]+?)(?:\/(revision|tree|paths-info|xet-read-token)\/([^/]+)(?:\/(.*))?)?$/.exec(
      path,
    );
  const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/(?:resolve|raw)\/([^/]+)\/(.+)$/.exec(path);
  const cached = /^\/api\/resolve-cache\/(models|datasets)\/([^/]+\/[^/]+)\/([^/]+)\/(.+)$/.exec(path);
  if (cached !== null)
    return withCommit(
      exchange,
      { plural: cached[1] ?? '', name: cached[2] ?? '', revision: cached[3] ?? '' },
      (commitOf) => serveFile(exchange, commitOf, cached[4] ?? ''),
    );
  if (file !== null)
    return withCommit(
      exchange,
      { plural: file[1] === undefined ? 'models' : 'datasets', name: file[2] ?? '', revision: file[3] ?? '' },
      (commitOf, repo) =>
        path.includes('/raw/')
          ? rawFile(exchange, commitOf, file[4] ?? '')
          : resolveFile(exchange, { commit: commitOf, repo, path: file[4] ?? '' }),
    );
  if (api === null)
    return { status: 404, body: { error: "Sorry, we can't find the page you are looking for." } };
  return withCommit(
    exchange,
    { plural: api[1] ?? '', name: api[2] ?? '', revision: api[4] ?? 'main' },
    (commitOf, repo) => {
      if (api[3] === 'tree') return tree(exchange, commitOf);
      if (api[3] === 'xet-read-token') return xetReadToken(exchange);
      return api[3] === 'paths-info'
        ? pathsInfo(exchange, commitOf)
        : { status: 200, body: information(commitOf, repo) };
    },
  );
}
