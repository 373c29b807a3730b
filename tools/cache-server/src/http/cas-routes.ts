import { GgufError } from 'nx-gguf/store';
import { findVisibleBlob, itself, openBlob, publishBlob } from '../cache/blobs.js';
import { hashBody, receiveFile } from '../cache/receive.js';
import { welcomeBody, type Answer } from './answer.js';
import { announcedSize } from './body.js';
import { byteRange } from './byte-range.js';
import { jsonAnswer } from './errors.js';
import type { Exchange, Route } from './route.js';
import type { Service } from './service.js';

/** `/cas/<sha256>`: blobs by digest, whole or in part. */
export function casRoute(service: Service): Route {
  return {
    name: 'cas',
    path: /^\/cas\/([0-9a-f]{64})$/,
    methods: { GET: 'read', PUT: 'write' },
    handle: (exchange) =>
      exchange.request.method === 'PUT' ? receive(service, exchange) : send(service, exchange),
  };
}

async function send(service: Service, { request, identity, part: sha256 }: Exchange): Promise<Answer> {
  const sizeBytes = await findVisibleBlob(service.cache, itself(identity.namespace), sha256);
  service.metrics.lookup('blob', sizeBytes !== null);
  if (sizeBytes === null) return notFound;
  const etag = `"${sha256}"`;
  const headers = { 'Content-Type': 'application/octet-stream', 'Accept-Ranges': 'bytes', ETag: etag };
  if (request.headers['if-none-match']?.split(/\s*,\s*/).includes(etag) === true)
    return { status: 304, headers };
  const isSameAsBefore = (request.headers['if-range'] ?? etag) === etag;
  const range = isSameAsBefore ? byteRange(request.headers.range, sizeBytes) : null;
  if (range === 'unsatisfiable') return { status: 416, headers: { 'Content-Range': `bytes */${sizeBytes}` } };
  const length = range === null ? sizeBytes : range.end - range.start + 1;
  const answered = {
    ...headers,
    'Content-Length': String(length),
    ...(range === null ? {} : { 'Content-Range': `bytes ${range.start}-${range.end}/${sizeBytes}` }),
  };
  if (request.method === 'HEAD') return { status: range === null ? 200 : 206, headers: answered };
  const body = sizeBytes === 0 ? '' : await openBlob(service.cache, sha256, range ?? undefined);
  return body === null ? notFound : { status: range === null ? 200 : 206, headers: answered, body };
}

async function receive(
  service: Service,
  { request, response, identity, part: sha256 }: Exchange,
): Promise<Answer> {
  const { cache } = service;
  const sizeBytes = announcedSize(request, service.maxBlobBytes(identity), 'BLOB_TOO_LARGE');
  await service.limits.upload(identity, sizeBytes);
  const isHere = (await findVisibleBlob(cache, itself(identity.namespace), sha256)) !== null;
  if (isHere) {
    welcomeBody(request, response);
    requireDigest((await hashBody(request, service.receiving)).sha256, sha256);
    return jsonAnswer(200, { sha256 });
  }
  const reservation = await service.reserve(identity, sizeBytes);
  try {
    welcomeBody(request, response);
    await receiveFile(
      request,
      { ...service.receiving, promised: reservation, directory: cache.storage.staging, sizeBytes },
      async (received) => {
        requireDigest(received.id.sha256, sha256);
        await publishBlob(cache, identity.namespace, received);
      },
    );
  } finally {
    reservation.release();
  }
  return jsonAnswer(201, { sha256 });
}

function requireDigest(actual: string, announced: string): void {
  if (actual !== announced)
    throw new GgufError('WRONG_DIGEST', `the bytes have sha256 ${actual}, not ${announced}`, {
      hint: 'Nothing was kept.',
    });
}

/** The answer where nothing is that the sender may see. */
export const notFound: Answer = jsonAnswer(404, { error: 'NOT_FOUND', message: 'there is nothing here' });
