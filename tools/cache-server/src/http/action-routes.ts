import { readFile } from 'node:fs/promises';
import { findAction, putAction, removeAction } from '../cache/actions.js';
import { readingMemory } from '../cache/json-gauge.js';
import { receiveFile } from '../cache/receive.js';
import { welcomeBody, type Answer } from './answer.js';
import { announcedSize } from './body.js';
import { notFound } from './cas-routes.js';
import { jsonAnswer } from './errors.js';
import type { Exchange, Route } from './route.js';
import type { Service } from './service.js';

/** `/ac/<action key>`: manifests, answered only while their blobs are there. */
export function actionRoute(service: Service): Route {
  return {
    name: 'ac',
    path: /^\/ac\/([0-9a-f]{64})$/,
    methods: { GET: 'read', PUT: 'write', DELETE: 'admin' },
    handle: (exchange) =>
      (({ PUT: receive, DELETE: remove })[exchange.request.method ?? ''] ?? send)(service, exchange),
  };
}

async function send({ cache, metrics }: Service, { identity, part: key }: Exchange): Promise<Answer> {
  const found = await findAction(cache, identity.namespace, key);
  metrics.lookup('action', found !== null);
  return found === null
    ? notFound
    : {
        status: 200,
        headers: { 'Content-Type': 'application/json', 'Content-Length': String(found.sizeBytes) },
        body: found.body,
      };
}

async function receive(
  service: Service,
  { request, response, identity, part: key }: Exchange,
): Promise<Answer> {
  const { cache, metrics, settings } = service;
  const sizeBytes = announcedSize(request, settings.maxManifestBytes);
  await service.limits.upload(identity, sizeBytes);
  const reservation = await service.reserve(identity, sizeBytes);
  try {
    welcomeBody(request, response);
    // Those who send slowly keep nothing in memory, and what is read takes turns.
    const missing = await receiveFile(
      request,
      { ...service.receiving, promised: reservation, directory: cache.storage.staging, sizeBytes },
      ({ path }) =>
        cache.reading(identity.namespace, readingMemory(sizeBytes), async () =>
          putAction(cache, identity.namespace, { key, text: await readFile(path, 'utf8') }),
        ),
    );
    if (missing.length === 0) return jsonAnswer(200, { actionKey: key });
    metrics.error('BLOBS_MISSING');
    return jsonAnswer(409, {
      error: 'BLOBS_MISSING',
      message: `${missing.length} of the blobs that it names are not here, or have another size`,
      missing,
    });
  } finally {
    reservation.release();
  }
}

async function remove({ cache }: Service, { identity, part: key }: Exchange): Promise<Answer> {
  return (await removeAction(cache, identity.namespace, key)) ? { status: 204 } : notFound;
}
