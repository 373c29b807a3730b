import { createHash, randomUUID } from 'node:crypto';
import { constants, open, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashFile } from '../../files/hash-file.js';
import { fileRange } from './hub-content.js';
import { bodyText, failure } from './hub-replies.js';
import type { Exchange, HubServer, HubUpload, Reply } from './hub-types.js';
import { withWriter, type Named } from './hub-account.js';
import { xetUpload } from './hub-xet-upload.js';

/** The LFS batch API: where each object goes that is not there yet, in one piece or in parts. */
export async function lfsBatch(exchange: Exchange, named: Named): Promise<Reply> {
  return withWriter(exchange, named, async () => {
    const { hub } = exchange;
    const { objects, transfers = ['basic'] } = JSON.parse(await bodyText(exchange.request)) as {
      objects: { oid: string; size: number }[];
      transfers?: string[];
    };
    const isLarge = objects.some(({ size }) => size > hub.uploads.partBytes);
    // As the hub does: Xet for clients that know it, S3 for the others, whose files it moves to Xet later
    // (docs/hub/xet of hub-docs).
    const isXet = transfers.includes('xet');
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.git-lfs+json' },
      body: {
        transfer: isXet ? 'xet' : isLarge ? 'multipart' : 'basic',
        objects: objects.map((object) => ({
          ...object,
          ...(object.size > hub.limits.fileBytes
            ? {
                error: {
                  code: 422,
                  message: `Maximum individual file size is ${(hub.limits.fileBytes / 1e9).toFixed(1)}GB`,
                },
              }
            : hub.objects.has(object.oid)
              ? {}
              : {
                  actions: isXet ? { upload: xetUpload(hub, named.name) } : actionsOf(object, hub, named),
                }),
        })),
      },
    };
  });
}

function actionsOf({ oid, size }: { oid: string; size: number }, hub: HubServer, { name }: Named): object {
  const verify = { href: `${hub.endpoint}/${name}.git/info/lfs/objects/verify`, header: {} };
  const { partBytes } = hub.uploads;
  if (size <= partBytes)
    return { upload: { href: `${hub.cdn}/upload/${oid}?X-Amz-Signature=secret-signature` }, verify };
  const id = randomUUID();
  hub.uploads.open.set(id, { oid, sizeBytes: size, partBytes, etags: new Map() });
  const header: Record<string, string> = { chunk_size: String(partBytes) };
  for (let number = 1; number <= Math.ceil(size / partBytes); number++)
    header[String(number).padStart(5, '0')] =
      `${hub.cdn}/upload/${oid}?uploadId=${id}&partNumber=${number}&X-Amz-Signature=secret-signature`;
  return {
    upload: { href: `${hub.endpoint}/api/complete_multipart?uploadId=${id}&sig=secret-signature`, header },
    verify,
  };
}

/** An object, or a part of one, as an object store receives it. */
export async function receiveObject(exchange: Exchange): Promise<Reply | null> {
  const { hub, url, seen, request } = exchange;
  const oid = url.pathname.slice('/upload/'.length);
  // A signed address refuses a second kind of credentials, as object stores do.
  if (seen.authorization !== undefined || url.searchParams.get('X-Amz-Signature') !== 'secret-signature')
    return { status: 400, body: { error: 'refused' } };
  const id = url.searchParams.get('uploadId');
  const upload = id === null ? null : hub.uploads.open.get(id);
  if (upload === undefined) return { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' };
  const number = Number(url.searchParams.get('partNumber') ?? 1);
  const expected =
    upload === null
      ? Number(request.headers['content-length'])
      : Math.min(upload.partBytes, upload.sizeBytes - (number - 1) * upload.partBytes);
  const path = join(hub.uploads.directory, id ?? oid);
  const received = await receive(exchange, { path, from: (number - 1) * (upload?.partBytes ?? 0) });
  if (received === null) return null;
  if (received.bytes !== expected) return { status: 400, body: '<Error><Code>IncompleteBody</Code></Error>' };
  if (upload === null) {
    if (!(await keep(hub, { oid, path, sizeBytes: expected })))
      return { status: 400, body: { error: 'sha256 mismatch' } };
  } else {
    upload.etags.set(number, received.etag);
  }
  return { status: 200, body: null, headers: { etag: `"${received.etag}"` } };
}

/** Puts the parts together, when all are there and are those that were sent. */
export async function completeUpload({ hub, url, request, seen }: Exchange): Promise<Reply> {
  const id = url.searchParams.get('uploadId') ?? '';
  const upload = hub.uploads.open.get(id);
  if (seen.authorization !== undefined && url.searchParams.get('sig') !== 'secret-signature')
    return failure(400, 'BadRequest', 'refused');
  if (upload === undefined) return failure(404, 'NoSuchUpload', 'The upload does not exist');
  const { oid, parts } = JSON.parse(await bodyText(request)) as {
    oid: string;
    parts: { partNumber: number; etag: string }[];
  };
  const isWhole =
    oid === upload.oid &&
    parts.length === Math.ceil(upload.sizeBytes / upload.partBytes) &&
    parts.every(({ partNumber, etag }) => etag === `"${upload.etags.get(partNumber) ?? 'absent'}"`);
  if (!isWhole || !(await keep(hub, { ...upload, path: join(hub.uploads.directory, id) })))
    return failure(400, 'InvalidPart', 'One or more of the parts could not be found');
  hub.uploads.open.delete(id);
  return { status: 200, body: { success: true } };
}

/** Says whether an object has arrived. */
export async function verifyObject({ hub, request }: Exchange): Promise<Reply> {
  const { oid, size } = JSON.parse(await bodyText(request)) as { oid: string; size: number };
  return hub.objects.get(oid)?.sizeBytes === size
    ? { status: 200, body: {} }
    : failure(404, 'NotFound', 'Object does not exist');
}

const zeros = Buffer.alloc(1 << 20);

/**
 * Writes a body at a place of a file, leaving holes where it is all zeros; null when the connection was cut.
 */
async function receive(
  { request, response, seen, fault }: Exchange,
  { path, from }: { path: string; from: number },
): Promise<{ bytes: number; etag: string } | null> {
  const md5 = createHash('md5');
  // parts of one object come at the same time: the one that makes the file must not empty it
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  let at = from;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      if (fault?.slowMs !== undefined) await sleep((fault.slowMs * piece.length) / (1 << 20));
      md5.update(piece);
      if (!piece.equals(zeros.subarray(0, piece.length))) await file.write(piece, 0, piece.length, at);
      at += piece.length;
      seen.receivedBytes += piece.length;
      if (fault?.cutAt !== undefined && at - from >= fault.cutAt) {
        response.destroy();
        return null;
      }
    }
    return { bytes: at - from, etag: md5.digest('hex') };
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

async function keep(
  hub: HubServer,
  { oid, path, sizeBytes }: Pick<HubUpload, 'oid' | 'sizeBytes'> & { path: string },
): Promise<boolean> {
  await truncate(path, sizeBytes);
  if ((await hashFile(path)).sha256 !== oid) return false;
  const place = join(hub.uploads.directory, `${oid}.object`);
  await rename(path, place);
  hub.objects.set(oid, { sizeBytes, sha256: oid, read: fileRange(place) });
  return true;
}
