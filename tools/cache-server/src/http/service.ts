import { GgufError } from 'nx-gguf/store';
import type { Authenticator, Identity } from '../auth/identity.js';
import type { Limits } from '../auth/limits.js';
import type { CacheContext } from '../cache/blobs.js';
import type { ReceiveOptions } from '../cache/receive.js';
import type { Reservation } from '../cache/space-account.js';
import { trusted } from '../config/namespaces.js';
import type { Settings } from '../config/settings.js';
import type { IsProxy } from './addresses.js';
import type { Connections } from './connections.js';
import type { Strangers } from './strangers.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Uploads } from '../uploads/uploads.js';

/** The parts of the server that the routes use. */
export interface Service {
  settings: Settings;
  cache: CacheContext;
  uploads: Uploads;
  authenticator: Authenticator;
  limits: Limits;
  strangers: Strangers;
  connections: Connections;
  isProxy: IsProxy;
  metrics: Metrics;
  startedMs: number;
  nowMs: () => number;
  receiving: ReceiveOptions;
  maxBlobBytes: (identity: Identity) => number;
  /**
   * Promises room to somebody. @throws GgufError `STORAGE_FULL`, `BLOB_TOO_LARGE` beyond the share of an
   * untrusted namespace
   */
  reserve: (identity: Identity, sizeBytes: number) => Promise<Reservation>;
}

/**
 * The largest blob that somebody may send. A namespace that is not trusted gets no more than what all such
 * may keep.
 */
export function maxBlobBytes(settings: Settings, maxBytes: number, identity: Identity): number {
  const share = identity.namespace === trusted ? Infinity : Math.floor(settings.untrustedShare * maxBytes);
  return Math.min(settings.maxBlobBytes, identity.maxBlobBytes ?? Infinity, share);
}

/** @throws GgufError `FORBIDDEN` */
export function requireScope(identity: Identity, scope: Identity['scopes'][number]): void {
  if (!identity.scopes.includes(scope))
    throw new GgufError('FORBIDDEN', `this needs a token with the scope ${scope}`);
}
