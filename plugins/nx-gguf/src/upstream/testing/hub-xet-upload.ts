import { contentOf } from './hub-content.js';
import { failure } from './hub-replies.js';
import type { Exchange, HubServer, Reply } from './hub-types.js';

/**
 * The part of Xet's upload protocol that the hub's JavaScript client speaks (docs/xet/upload-protocol.md and
 * docs/xet/api.md of hub-docs): xorbs come first, and a shard that names them makes files of them. Only what a
 * shard has named is found again.
 */
const casToken = 'xet-secret-token';

/** Where and with what an object is sent over Xet, as the batch API says. */
export function xetUpload(hub: HubServer, name: string): object {
  return {
    href: `${hub.endpoint}/api/models/${name}/xet-write-token/main`,
    header: {
      'X-Xet-Cas-Url': `${hub.cdn}/cas`,
      'X-Xet-Access-Token': casToken,
      'X-Xet-Token-Expiration': String(Math.floor(Date.now() / 1000) + 3600),
      'X-Xet-Session-Id': 'test',
    },
  };
}

/** Answers the store behind Xet; null for an address that is not its. */
export async function serveCas(exchange: Exchange): Promise<Reply | null> {
  const { hub, url, seen, request } = exchange;
  const [, kind, hash = ''] =
    /^\/cas\/v1\/(xorbs|chunks)\/default\/([0-9a-f]{64})$/.exec(url.pathname) ??
    /^\/cas\/v1\/(shards)$/.exec(url.pathname) ??
    [];
  if (kind === undefined) return null;
  if (seen.authorization !== `Bearer ${casToken}`) return failure(401, 'Unauthorized', 'no token of Xet');
  // No chunk is known: of what is sent here nothing is deduplicated against earlier shards.
  if (kind === 'chunks') return { status: 404, body: null };
  const body = await bytesOfBody(request);
  seen.receivedBytes += body.length;
  if (kind === 'shards') return registerShard(hub, body);
  const isNew = !hub.xorbs.has(hash);
  hub.xorbs.set(hash, chunksOf(body));
  return { status: 200, body: { was_inserted: isNew } };
}

async function bytesOfBody(request: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const chunkHeaderBytes = 8;

function chunksOf(xorb: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < xorb.length;) {
    const length = xorb.readUIntLE(at + 1, 3);
    if (xorb.readUInt8(at + 4) !== 0) throw new Error('the stand-in reads no compressed chunks: send noise');
    chunks.push(xorb.subarray(at + chunkHeaderBytes, at + chunkHeaderBytes + length));
    at += chunkHeaderBytes + length;
  }
  return chunks;
}

const shardHeaderBytes = 48;
const entryBytes = 48;
const withVerification = 0x80000000;
const withMetadata = 0x40000000;

function registerShard(hub: HubServer, shard: Buffer): Reply {
  let at = shardHeaderBytes;
  const isLast = () => shard.subarray(at, at + 32).every((byte) => byte === 0xff);
  while (!isLast()) {
    const flags = shard.readUInt32LE(at + 32);
    const count = shard.readUInt32LE(at + 36);
    at += entryBytes;
    const parts: Buffer[] = [];
    for (let index = 0; index < count; index++, at += entryBytes) {
      const chunks = hub.xorbs.get(hashAt(shard, at));
      if (chunks === undefined) return failure(400, 'BadRequest', 'a xorb is not there');
      parts.push(...chunks.slice(shard.readUInt32LE(at + 40), shard.readUInt32LE(at + 44)));
    }
    // 32-bit operators would make negative numbers of the first flag.
    if (flags >= withVerification) at += count * entryBytes;
    if (flags % withVerification < withMetadata) continue;
    const content = contentOf(Buffer.concat(parts));
    if (content.sha256 !== hashAt(shard, at)) return failure(400, 'BadRequest', 'sha256 mismatch');
    hub.objects.set(content.sha256, content);
    at += entryBytes;
  }
  return { status: 200, body: { result: 1 } };
}

/** A hash as text: each 8 bytes are a number in little endian. */
function hashAt(bytes: Buffer, at: number): string {
  return [0, 8, 16, 24]
    .map((offset) =>
      bytes
        .readBigUInt64LE(at + offset)
        .toString(16)
        .padStart(16, '0'),
    )
    .join('');
}
