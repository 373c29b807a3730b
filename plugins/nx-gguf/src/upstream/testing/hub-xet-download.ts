import { createHash } from 'node:crypto';
import type { Content } from './hub-content.js';
import { failure, serveContent } from './hub-replies.js';
import type { Exchange, HubCommit, HubRepo, Reply } from './hub-types.js';

// The Xet protocol as its documentation has it (https://huggingface.co/docs/xet: file-id, auth, api,
// download-protocol, xorb), with chunks and xorbs far smaller than the real ones of 64 KiB and 64 MiB, and
// without compression, so that a file of a few MiB has several of each.
const chunkBytes = 16 << 10;
const chunksOfXorb = 32;
const xorbBytes = chunkBytes * chunksOfXorb;
const headerBytes = 8;
const storageToken = 'xet_read';

/** The name of a file in the storage; not the real hash of its chunks, which no client can check either. */
function xetHash({ sha256 }: Content): string {
  return createHash('sha256').update(`xet ${sha256}`).digest('hex');
}

/**
 * A hub answers `Accept: application/vnd.xet-fileinfo+json` with where the file's description and a token for
 * it are had, in place of a redirect (file-id).
 */
export function xetFileInfo(
  { hub }: Exchange,
  { commit, repo, path }: { commit: HubCommit; repo: HubRepo; path: string },
): Reply | null {
  const content = commit.files[path];
  if (content === undefined || commit.xet?.includes(path) !== true) return null;
  const hash = xetHash(content);
  const refreshUrl = `${hub.endpoint}/api/${repo.kind}s/${repo.name}/xet-read-token/${commit.sha}`;
  const reconstructionUrl = `${hub.cdn}/v1/reconstructions/${hash}`;
  return {
    status: 200,
    body: { hash, refreshUrl, reconstructionUrl },
    headers: {
      'content-type': 'application/vnd.xet-fileinfo+json',
      'x-xet-hash': hash,
      'x-linked-size': String(content.sizeBytes),
      'x-linked-etag': `"${content.sha256}"`,
      'x-repo-commit': commit.sha,
      link: `<${refreshUrl}>; rel="xet-auth", <${reconstructionUrl}>; rel="xet-reconstruction-info"`,
    },
  };
}

/** A token for the storage, for those who may read the repository (auth). */
export function xetReadToken({ hub }: Exchange): Reply {
  return { status: 200, body: { accessToken: storageToken, exp: 4_102_444_800, casUrl: hub.cdn } };
}

/** What the storage serves: descriptions of files, and xorbs; null for another address. */
export async function serveXet(exchange: Exchange): Promise<Reply | null | undefined> {
  const [, hash] = /^\/v2\/reconstructions\/([0-9a-f]{64})$/.exec(exchange.url.pathname) ?? [];
  if (hash !== undefined) return reconstruction(exchange, hash);
  const [, sha256, number] = /^\/xorbs\/([0-9a-f]{64})-(\d+)$/.exec(exchange.url.pathname) ?? [];
  return sha256 === undefined ? undefined : serveXorb(exchange, sha256, Number(number));
}

/**
 * The terms that a range of a file consists of, and where their xorbs are (api: 401 without a token, 416 for a
 * range outside; version 2, with one address for all ranges of a xorb).
 */
function reconstruction({ hub, seen, request }: Exchange, hash: string): Reply {
  if (seen.authorization !== `Bearer ${storageToken}`) return failure(401, 'Unauthorized', 'no token');
  const content = contents(hub).find((candidate) => xetHash(candidate) === hash);
  if (content === undefined) return failure(404, 'NotFound', 'no such file');
  const [, first = '0', last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const from = Number(first);
  const to = Math.min(content.sizeBytes, Number(last ?? content.sizeBytes) + 1);
  if (from >= content.sizeBytes) return { status: 416, body: { error: 'range outside' } };
  const terms = [];
  const xorbs: Record<string, unknown[]> = {};
  for (let number = Math.floor(from / xorbBytes); number * xorbBytes < to; number++) {
    const start = number * xorbBytes;
    const end = Math.min(content.sizeBytes, start + xorbBytes);
    const chunks = {
      start: Math.floor((Math.max(from, start) - start) / chunkBytes),
      end: Math.ceil((Math.min(to, end) - start) / chunkBytes),
    };
    const name = createHash('sha256').update(`xorb ${content.sha256} ${number}`).digest('hex');
    terms.push({
      hash: name,
      unpacked_length: Math.min(end, start + chunks.end * chunkBytes) - start - chunks.start * chunkBytes,
      range: chunks,
    });
    const bytes = {
      start: chunks.start * (chunkBytes + headerBytes),
      end: packedLength(Math.min(end - start, chunks.end * chunkBytes)) - 1,
    };
    xorbs[name] = [
      {
        url: `${hub.cdn}/xorbs/${content.sha256}-${number}?X-Xet-Signed-Range=bytes%3D${bytes.start}-${bytes.end}`,
        ranges: [{ chunks, bytes }],
      },
    ];
  }
  const offset = from - Math.floor(from / chunkBytes) * chunkBytes;
  return { status: 200, body: { offset_into_first_range: offset, terms, xorbs } };
}

/** The signed range of a xorb; another one, or credentials besides the signature, are refused. */
async function serveXorb(exchange: Exchange, sha256: string, number: number): Promise<Reply | null> {
  const { hub, seen, url } = exchange;
  const content = contents(hub).find((candidate) => candidate.sha256 === sha256);
  const isSigned = url.searchParams.get('X-Xet-Signed-Range') === seen.range;
  if (content === undefined || !isSigned || seen.authorization !== undefined)
    return { status: content === undefined ? 404 : 403, body: { error: 'refused' } };
  const start = number * xorbBytes;
  const length = Math.min(xorbBytes, content.sizeBytes - start);
  const packed = Buffer.concat([...packedChunks(content, start, start + length)]);
  const xorb = {
    sizeBytes: packed.length,
    sha256,
    *read(from: number, to: number) {
      yield packed.subarray(from, to);
    },
  };
  return serveContent(exchange, xorb, `${sha256}-${number}`);
}

/** Chunks with their headers: version, compressed length, scheme (0: none), length (xorb). */
function* packedChunks(content: Content, from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to; at += chunkBytes) {
    const data = Buffer.concat([...content.read(at, Math.min(to, at + chunkBytes))]);
    const header = Buffer.alloc(headerBytes);
    header.writeUIntLE(data.length, 1, 3);
    header.writeUIntLE(data.length, 5, 3);
    yield Buffer.concat([header, data]);
  }
}

function packedLength(length: number): number {
  return length + Math.ceil(length / chunkBytes) * headerBytes;
}

function contents(hub: Exchange['hub']): Content[] {
  return hub.repos.flatMap(({ commits }) => commits.flatMap(({ files }) => Object.values(files)));
}
