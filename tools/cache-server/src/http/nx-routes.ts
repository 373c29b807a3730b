import { createHash } from 'node:crypto';
import { GgufError, type BlobId, type Sha256 } from 'nx-gguf/store';
import { openBlob, removeBlob, type CacheContext } from '../cache/blobs.js';
import { blobsInArchive, type ArchiveLimits } from '../cache/manifests-in-archive.js';
import { findNxEntry, hasNxEntry, putNxEntry, removeNxEntry } from '../cache/nx-entries.js';
import { readingMemory } from '../cache/json-gauge.js';
import { receiveFile } from '../cache/receive.js';
import type { Settings } from '../config/settings.js';
import { destroyBody, welcomeBody, type Answer } from './answer.js';
import { announcedSize } from './body.js';
import type { Exchange, Route } from './route.js';
import type { Service } from './service.js';

/**
 * Archives up to this size are read and checked before the first byte is sent: Nx ends its run when an answer
 * breaks off.
 */
const checkedBytes = 16 << 20;
/** What reading an archive without looking into it keeps in memory. */
const bufferedBytes = 2 << 20;
const mostMembers = 200_000;
/** How far what is packed may grow, times and beyond; and for how long it is unpacked at most. */
const growth = { times: 200, moreBytes: 64 << 20 };
const unpacking = { ms: 30_000, bytesPerMs: 10_000 };
const answerMs = 10_000;

/**
 * `/v1/cache/<hash>`: Nx's remote cache. Nx's client takes 200 and 404 for a GET and 200, 403 and 409 for a
 * PUT; anything else ends or repeats its work. So whatever goes wrong is a miss, or an entry that was not
 * taken.
 */
export function nxRoute(service: Service): Route {
  return {
    name: 'nx',
    path: /^\/v1\/cache\/([A-Za-z0-9_-]{1,128})$/,
    methods: { GET: 'read', PUT: 'write', DELETE: 'admin' },
    handle: (exchange) =>
      (({ PUT: receive, DELETE: remove })[exchange.request.method ?? ''] ?? send)(service, exchange),
    onError: (request) =>
      request.method === 'GET' || request.method === 'HEAD' ? miss : text(403, 'not stored'),
  };
}

async function send(service: Service, { identity, part: hash }: Exchange): Promise<Answer> {
  const { cache, metrics } = service;
  const answer = await soon(
    (async () => {
      const id = await findNxEntry(cache, identity.namespace, hash);
      return id === null ? null : archive(service, identity.namespace, id);
    })(),
    (late) => {
      if (late !== null) destroyBody(late);
    },
  );
  metrics.lookup('nx', answer !== null);
  return answer ?? miss;
}

async function archive(
  { cache }: Service,
  namespace: string,
  { sha256: digest, sizeBytes }: BlobId,
): Promise<Answer | null> {
  const isSound =
    sizeBytes > checkedBytes || (await cache.reading(namespace, bufferedBytes, () => isWhole(cache, digest)));
  if (!isSound) await removeDamaged(cache, { sha256: digest, sizeBytes });
  const body = isSound ? await openBlob(cache, digest) : null;
  return body === null
    ? null
    : {
        status: 200,
        headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(sizeBytes) },
        body,
      };
}

/** Only what is damaged still: a sound one may have come in its place. */
async function removeDamaged(cache: CacheContext, blob: BlobId): Promise<void> {
  await cache.locks(blob.sha256, async () => {
    if (!(await isWhole(cache, blob.sha256))) await removeBlob(cache, blob);
  });
}

/**
 * It is read once more to be sent, which is better than to keep it in memory for as long as its reader takes.
 */
async function isWhole(cache: CacheContext, digest: Sha256): Promise<boolean> {
  const body = await openBlob(cache, digest);
  if (body === null) return false;
  const hash = createHash('sha256');
  for await (const chunk of body as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex') === digest;
}

async function receive(
  service: Service,
  { request, response, identity, part: hash }: Exchange,
): Promise<Answer> {
  const { cache, settings } = service;
  const sizeBytes = announcedSize(request, settings.maxNxEntryBytes);
  await service.limits.upload(identity, sizeBytes);
  if (await hasNxEntry(cache, identity.namespace, hash)) return text(409, 'stored already');
  const reservation = await service.reserve(identity, sizeBytes);
  try {
    welcomeBody(request, response);
    await receiveFile(
      request,
      { ...service.receiving, promised: reservation, directory: cache.storage.staging, sizeBytes },
      async (received) => {
        const blobs = await cache.reading(identity.namespace, readingMemory(settings.maxManifestBytes), () =>
          blobsInArchive(received.path, limitsOf(settings, sizeBytes)),
        );
        await putNxEntry(cache, identity.namespace, { hash, ...received, blobs });
      },
    );
  } finally {
    reservation.release();
  }
  return text(200, 'stored');
}

function limitsOf({ maxNxUnpackedBytes, maxManifestBytes }: Settings, sizeBytes: number): ArchiveLimits {
  return {
    unpackedBytes: Math.min(growth.times * sizeBytes + growth.moreBytes, maxNxUnpackedBytes),
    members: mostMembers,
    manifestBytes: maxManifestBytes,
    ms: unpacking.ms + Math.ceil(sizeBytes / unpacking.bytesPerMs),
  };
}

async function remove({ cache }: Service, { identity, part: hash }: Exchange): Promise<Answer> {
  return (await removeNxEntry(cache, identity.namespace, hash)) ? { status: 204 } : miss;
}

/** The result of a work, which fails when it takes too long: a miss costs Nx less than waiting does. */
async function soon<T>(work: Promise<T>, onLate: (result: T) => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      work.then(onLate, () => undefined);
      reject(new GgufError('TOO_SLOW', 'the storage did not answer in time'));
    }, answerMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function text(status: number, words: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: words };
}

const miss = text(404, 'not found');
