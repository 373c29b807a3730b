import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { GgufError, makeDirectory } from 'nx-gguf/store';
import type { Logger } from 'pino';
import { createAuthenticator } from './auth/identity.js';
import { createLimits } from './auth/limits.js';
import type { CacheContext } from './cache/blobs.js';
import { createChanges } from './cache/changes.js';
import { countHeld } from './cache/holdings.js';
import { createReading } from './cache/reading.js';
import type { ReceiveOptions } from './cache/receive.js';
import { createSpace, type Room, type Space } from './cache/space.js';
import { createTurns } from './cache/turns.js';
import type { Settings } from './config/settings.js';
import { trusted } from './config/namespaces.js';
import { takeDirectory, type OwnDirectory } from './config/own-directory.js';
import { evict } from './eviction/evict.js';
import type { AgeLimits } from './eviction/plan.js';
import { actionRoute } from './http/action-routes.js';
import { healthRoute, metricsRoute, namespaceRoute, statsRoute } from './http/admin-routes.js';
import { casRoute } from './http/cas-routes.js';
import { nxRoute } from './http/nx-routes.js';
import { certificateRenewal, readCertificate } from './http/certificate.js';
import { proxiesOf, type IsProxy } from './http/addresses.js';
import type { Connections } from './http/connections.js';
import { openConnections } from './http/open-connections.js';
import { createHttpServer } from './http/server.js';
import { maxBlobBytes, type Service } from './http/service.js';
import { createStrangers } from './http/strangers.js';
import { uploadRoute } from './http/upload-route.js';
import { openDiskStorage } from './storage/disk.js';
import { openServerClock, type ServerClock } from './storage/server-clock.js';
import type { Storage } from './storage/storage.js';
import { createMetrics } from './telemetry/metrics.js';
import { UploadStore } from './uploads/upload-store.js';
import { openUploads } from './uploads/uploads.js';

const hour = 3_600_000;
const day = 24 * hour;
const upkeepMs = 15 * 60_000;
const renewalMs = 60_000;
/** Connections that wait to be taken: one that finds no place tries again after a second. The system may set less. */
const backlog = 4096;
/** Share of what there is that may go for its age at a time. */
const agedShare = 0.1;
/** Manifests, entries and archives that are read at once: bytes that this takes in memory, and for whom. */
const readingLimits = { bytes: 64 << 20, atOnce: { trusted: 16, others: 2 } };

/** A server that answers. */
export interface RunningServer {
  url: string;
  service: Service;
  /** Takes the certificate that is in its files now; done every minute. */
  renewCertificate: () => Promise<void>;
  /** Removes what is too old, above the high water or left behind; done every quarter of an hour. */
  upkeep: () => Promise<void>;
  /** Ends when another server has taken the directory; this one is to be closed. */
  lost: Promise<GgufError>;
  /** Stops to take requests, and ends when those under way have ended or their time is over. */
  close: () => Promise<void>;
}

/** What a server needs of the process that it runs in. */
export interface StartContext {
  log: Logger;
  /** The clock of the machine, ms since 1970, which may jump. */
  nowMs: () => number;
  /** Time that went by, ms, which does not; by default the process's own. */
  elapsedMs?: () => number;
  /** What each file counts for beside its bytes; 12 KiB when absent. */
  overheadBytes?: number;
  /** How long a request waits for room that others are promised; 3000 ms when absent. */
  patienceMs?: number;
}

/** File of the tokens in a server's directory. */
export function tokenFile(directory: string): string {
  return join(directory, 'tokens.json');
}

/** Starts a server; what a former process left unfinished is taken over or removed. */
export async function startServer(settings: Settings, context: StartContext): Promise<RunningServer> {
  const { log } = context;
  const isProxy = proxiesOf(settings.trustProxy);
  await makeDirectory(settings.directory);
  const own = await takeDirectory(settings.directory, {
    onWait: (owner) =>
      log.warn(
        { owner },
        'the directory has an owner that cannot be asked for: waiting to see whether it is alive',
      ),
  });
  try {
    return await startOn(own, settings, { ...context, isProxy });
  } catch (error) {
    await own.release();
    throw error;
  }
}

async function startOn(
  own: OwnDirectory,
  settings: Settings,
  context: StartContext & { isProxy: IsProxy },
): Promise<RunningServer> {
  const { log, nowMs, isProxy } = context;
  const clock = await openServerClock(join(settings.directory, 'clock.json'), {
    wallMs: nowMs,
    elapsedMs: context.elapsedMs ?? (() => performance.now()),
  });
  const storage = await openStorage(settings, clock);
  const connections = openConnections(settings, {
    isProxy,
    log,
    onClose: (reason) => metrics.closed(reason),
  });
  const { cache, upkeep, metrics, uploads, receiving } = await openCache(settings, {
    ...context,
    storage,
    clock,
    connections: connections.count,
  });
  const service: Service = {
    settings,
    cache,
    uploads,
    metrics,
    receiving,
    nowMs,
    startedMs: nowMs(),
    limits: createLimits(settings),
    strangers: createStrangers(settings.requestsPerMinuteWithoutToken),
    connections,
    isProxy,
    authenticator: createAuthenticator({
      path: tokenFile(settings.directory),
      anonymous: settings.anonymous,
      nowMs,
      onBadFile: (error) =>
        log.error(
          { reason: (error as Error).message },
          'the changed tokens cannot be used; those from before stay',
        ),
    }),
    maxBlobBytes: (identity) => maxBlobBytes(settings, cache.space.maxBytes, identity),
    reserve: (identity, sizeBytes) => {
      const most = identity.namespace === trusted ? Infinity : settings.untrustedShare * cache.space.maxBytes;
      if (sizeBytes > most)
        throw new GgufError(
          'BLOB_TOO_LARGE',
          `${sizeBytes} bytes are more than the ${most} that untrusted namespaces may keep`,
        );
      return cache.space.reserve(sizeBytes, identity.namespace === trusted);
    },
  };
  const routes = [
    casRoute(service),
    actionRoute(service),
    nxRoute(service),
    uploadRoute(service),
    healthRoute(service),
    metricsRoute(service),
    statsRoute(service),
    namespaceRoute(service),
  ];
  const certificate = await readCertificate(settings.tls);
  const server = createHttpServer(service, routes, { log, certificate });
  await listen(server, settings);
  const renewCertificate = certificateRenewal(server, { files: settings.tls, first: certificate, log });
  const timers = [
    setInterval(() => void upkeep(), upkeepMs),
    setInterval(() => void renewCertificate(), renewalMs),
  ];
  for (const timer of timers) timer.unref();
  return {
    service,
    renewCertificate,
    upkeep,
    url: urlOf(server, settings),
    lost: own.lost,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await closeServer(server, connections, settings.shutdownSeconds * 1000);
      await service.cache.storage.saveUse();
      await clock.save();
      await own.release();
    },
  };
}

/** The code for a bucket is loaded only where there is one. */
async function openStorage({ directory, s3 }: Settings, { nowMs }: ServerClock): Promise<Storage> {
  return s3 === null
    ? openDiskStorage(directory, nowMs)
    : (await import('./storage/s3.js')).openS3Storage(directory, s3, nowMs);
}

async function openCache(
  settings: Settings,
  {
    storage,
    clock,
    connections,
    log,
    overheadBytes = 12 << 10,
    patienceMs = 3000,
  }: StartContext & { storage: Storage; clock: ServerClock; connections: Connections['count'] },
): Promise<Pick<Service, 'cache' | 'metrics' | 'uploads' | 'receiving'> & { upkeep: () => Promise<void> }> {
  const { nowMs } = clock;
  await storage.removeAbandoned();
  const { used, holdings } = await countHeld(storage, overheadBytes);
  const ownMost =
    settings.s3 === null
      ? Math.floor((used.trusted + used.untrusted + ((await storage.freeBytes()) ?? 0)) / 2)
      : Number.MAX_SAFE_INTEGER;
  const maxBytes = settings.maxBytes ?? ownMost;
  // Two at once would remove for the same lack of room.
  const evictions = createTurns(1);
  const evictTo = async ({ isTrusted, excessBytes }: Room, age: AgeLimits | null = null): Promise<number> => {
    const evicted = await evictions(String(isTrusted), () =>
      evict(cache, {
        isTrusted,
        nowMs: nowMs(),
        excessBytes,
        graceMs: isTrusted ? settings.graceMinutes * 60_000 : 0,
        age,
      }),
    );
    metrics.evicted(evicted);
    if (evicted.entries + evicted.blobs > 0) log.info(evicted, 'evicted');
    return evicted.bytes;
  };
  const age: AgeLimits = {
    maxAgeMs: settings.maxAgeDays * day,
    danglingMs: Math.max(day, settings.uploadHours * hour),
    mostShare: agedShare,
  };
  const { highWater, lowWater } = settings;
  const takeBack = (isTrusted: boolean): Promise<number> =>
    uploads.removeIdlest({
      nowMs: nowMs(),
      beforeMs: nowMs() - settings.graceMinutes * 60_000,
      leastBytesPerSecond: settings.leastBytesPerSecond,
      isTrusted,
    });
  const space: Space = createSpace({
    maxBytes,
    highWater,
    lowWater,
    untrustedBytes: settings.untrustedShare * maxBytes,
    usedBytes: used,
    overheadBytes,
    freeBytes: storage.freeBytes,
    evictsFromDisk: storage.keepsOnDisk,
    marginBytes: Math.min(64 << 20, maxBytes / 100),
    evictTo,
    takeBack,
    patienceMs,
  });
  const cache: CacheContext = {
    storage,
    space,
    holdings,
    changes: createChanges(),
    locks: createTurns(1),
    reading: createReading(readingLimits),
    mostDocumentBytes: settings.maxManifestBytes,
  };
  const metrics = createMetrics({
    usedBytes: space.usedBytes,
    reservedBytes: space.reservedBytes,
    maxBytes: () => maxBytes,
    uploadsInProgress: () => uploads.inProgress(),
    connections,
  });
  const receiving: ReceiveOptions = {
    onBytes: metrics.received,
    pace: { leastBytesPerSecond: settings.leastBytesPerSecond, overSeconds: settings.idleSeconds },
  };
  const store = new UploadStore(join(settings.directory, 'uploads'), receiving, nowMs);
  const uploads = await openUploads(cache, store);
  const upkeep = async (): Promise<void> => {
    try {
      await storage.saveUse();
      await clock.save();
      await storage.removeAbandoned();
      await store.removeAbandoned();
      await uploads.removeUnfinished(nowMs() - settings.uploadHours * hour);
      for (const isTrusted of [true, false])
        await evictTo({ isTrusted, excessBytes: space.excessOf(isTrusted) }, age);
    } catch (error) {
      log.error({ err: error }, 'upkeep failed');
    }
  };
  await upkeep();
  return { cache, upkeep, metrics, uploads, receiving };
}

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((cause: unknown) => {
    throw new GgufError(
      'CANNOT_LISTEN',
      `cannot listen on ${host} port ${port}: ${(cause as Error).message}`,
      { cause, hint: 'Another server may have the port; choose one with --port.' },
    );
  });
}

function urlOf(server: Server, { host, tls }: Settings): string {
  const { port } = server.address() as AddressInfo;
  return `${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function closeServer(server: Server, connections: Connections, patienceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // One that is kept for the next request becomes idle only when the present one was answered. One that has
  // sent a part of a request, or of a handshake, is waited for no longer.
  const sweep = setInterval(connections.closeIdle, 50);
  await Promise.race([closed, after(patienceMs, undefined, { ref: false })]);
  connections.closeAll();
  await closed;
  clearInterval(sweep);
}
