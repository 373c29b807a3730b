import { GgufError } from 'nx-gguf/store';
import { removeNamespace } from '../cache/namespace.js';
import { trusted } from '../config/namespaces.js';
import { notFound } from './cas-routes.js';
import { errorAnswer, errorCode, jsonAnswer } from './errors.js';
import type { Route } from './route.js';
import type { Service } from './service.js';
import { statsPage } from './stats-page.js';

const healthMs = 1000;

/** `/health`: whether the storage can be reached. Anybody may ask, so it is asked for them together. */
export function healthRoute({ cache, nowMs }: Service): Route {
  let asked: { atMs: number; answer: Promise<unknown> } | null = null;
  return {
    name: 'health',
    path: /^\/health$/,
    methods: { GET: null },
    handle: async () => {
      if (asked === null || nowMs() - asked.atMs >= healthMs)
        asked = { atMs: nowMs(), answer: cache.storage.namespaces() };
      await asked.answer;
      return jsonAnswer(200, { status: 'ok' });
    },
    onError: (_request, error) =>
      errorCode(error) === 'INTERNAL'
        ? jsonAnswer(503, { status: 'the storage cannot be reached' })
        : errorAnswer(error),
  };
}

/** `/metrics`: for Prometheus. */
export function metricsRoute({ metrics }: Service): Route {
  return {
    name: 'metrics',
    path: /^\/metrics$/,
    methods: { GET: 'read' },
    handle: async () => ({
      status: 200,
      headers: { 'Content-Type': metrics.registry.contentType },
      body: await metrics.registry.metrics(),
    }),
  };
}

/** `/stats`: a page for people. */
export function statsRoute(service: Service): Route {
  return {
    name: 'stats',
    path: /^\/(?:stats)?$/,
    methods: { GET: 'read' },
    handle: ({ identity }) =>
      Promise.resolve({
        status: 200,
        headers: {
          'Content-Type': 'text/html; charset=utf-8',
          'Cache-Control': 'no-store',
          'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
        },
        body: statsPage(service, identity),
      }),
  };
}

/** `/namespaces/<name>`: forgets all that a namespace holds, for a pull request that is closed. */
export function namespaceRoute({ cache, uploads }: Service): Route {
  return {
    name: 'namespaces',
    path: /^\/namespaces\/([a-z0-9][a-z0-9-]{0,62})$/,
    methods: { DELETE: 'admin' },
    handle: async ({ part: namespace }) => {
      if (namespace === trusted)
        throw new GgufError('FORBIDDEN', `the namespace ${trusted} cannot be removed`);
      const isThere = (await cache.storage.namespaces()).includes(namespace);
      const uploadCount = await uploads.removeNamespace(namespace);
      await removeNamespace(cache, namespace);
      return isThere || uploadCount > 0 ? { status: 204 } : notFound;
    },
  };
}
