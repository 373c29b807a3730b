import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What is asked for. */
export type Kind = 'blob' | 'action' | 'nx';

/** Numbers that the server counts, in Prometheus' form, under `nx_gguf_cache_`. */
export interface Metrics {
  registry: Registry;
  request: (route: string, answer: { method: string; status: number; seconds: number }) => void;
  lookup: (kind: Kind, isHit: boolean) => void;
  received: (bytes: number) => void;
  sent: (bytes: number) => void;
  evicted: (what: { entries: number; blobs: number; bytes: number }) => void;
  error: (code: string) => void;
  /** A connection was closed before its other end was done with it. */
  closed: (reason: string) => void;
  totals: () => Totals;
}

/** The counts since the start. */
export interface Totals {
  hits: Record<Kind, number>;
  misses: Record<Kind, number>;
  receivedBytes: number;
  sentBytes: number;
  evictedBytes: number;
  /** Requests that failed, by the code of the error. */
  errors: Record<string, number>;
}

/** The values that are measured on request. */
export interface Gauges {
  usedBytes: () => number;
  reservedBytes: () => number;
  maxBytes: () => number;
  uploadsInProgress: () => number;
  /** Open connections, by the standing of their other ends. */
  connections: () => Readonly<Record<string, number>>;
}

/** Counts in a registry of its own. */
export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'nx_gguf_cache_request_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300],
    registers,
  });
  const lookups = new Counter({
    name: 'nx_gguf_cache_lookups_total',
    help: 'Reads that were answered (hit) or not (miss).',
    labelNames: ['kind', 'result'],
    registers,
  });
  const received = new Counter({
    name: 'nx_gguf_cache_received_bytes_total',
    help: 'Bytes of bodies received.',
    registers,
  });
  const sent = new Counter({
    name: 'nx_gguf_cache_sent_bytes_total',
    help: 'Bytes of bodies sent.',
    registers,
  });
  const evictions = new Counter({
    name: 'nx_gguf_cache_evicted_total',
    help: 'Blobs and entries evicted.',
    labelNames: ['kind'],
    registers,
  });
  const evictedBytes = new Counter({
    name: 'nx_gguf_cache_evicted_bytes_total',
    help: 'Bytes evicted.',
    registers,
  });
  const errors = new Counter({
    name: 'nx_gguf_cache_errors_total',
    help: 'Requests that failed, by the code of the error.',
    labelNames: ['code'],
    registers,
  });
  const closed = new Counter({
    name: 'nx_gguf_cache_connections_closed_total',
    help: 'Connections that were closed before their other ends were done with them, by the reason.',
    labelNames: ['reason'],
    registers,
  });
  new Gauge({
    name: 'nx_gguf_cache_connections',
    help: 'Open connections, by what their other ends have shown of themselves.',
    labelNames: ['standing'],
    registers,
    collect() {
      for (const [standing, count] of Object.entries(gauges.connections())) this.set({ standing }, count);
    },
  });
  for (const [name, help, read] of [
    ['used_bytes', 'Bytes kept.', gauges.usedBytes],
    ['reserved_bytes', 'Bytes promised to uploads.', gauges.reservedBytes],
    ['max_bytes', 'Most bytes that are kept.', gauges.maxBytes],
    ['uploads_in_progress', 'Resumable uploads that are not finished.', gauges.uploadsInProgress],
  ] as const)
    new Gauge({
      name: `nx_gguf_cache_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  const totals: Totals = {
    hits: { blob: 0, action: 0, nx: 0 },
    misses: { blob: 0, action: 0, nx: 0 },
    receivedBytes: 0,
    sentBytes: 0,
    evictedBytes: 0,
    errors: {},
  };
  return {
    registry,
    totals: () => totals,
    request: (route, { method, status, seconds }) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    lookup: (kind, isHit) => {
      lookups.inc({ kind, result: isHit ? 'hit' : 'miss' });
      totals[isHit ? 'hits' : 'misses'][kind]++;
    },
    received: (bytes) => {
      received.inc(bytes);
      totals.receivedBytes += bytes;
    },
    sent: (bytes) => {
      sent.inc(bytes);
      totals.sentBytes += bytes;
    },
    evicted: ({ entries, blobs, bytes }) => {
      evictions.inc({ kind: 'entry' }, entries);
      evictions.inc({ kind: 'blob' }, blobs);
      evictedBytes.inc(bytes);
      totals.evictedBytes += bytes;
    },
    closed: (reason) => closed.inc({ reason }),
    error: (code) => {
      errors.inc({ code });
      totals.errors[code] = (totals.errors[code] ?? 0) + 1;
    },
  };
}
