import { GgufError, systemErrorCode, type Sha256 } from 'nx-gguf/store';
import { findVisibleBlob, itself, publishBlob, type CacheContext } from '../cache/blobs.js';
import { requirePromise } from '../cache/receive.js';
import type { Reservation } from '../cache/space-account.js';
import { trusted } from '../config/namespaces.js';
import { gone, type UploadStore } from './upload-store.js';

/** Resumable uploads from their announcement to the blob that they become. */
export interface Uploads {
  store: UploadStore;
  /**
   * Promises room. @throws GgufError `BLOB_EXISTS` when the namespace has the blob already,
   * `TOO_MANY_UPLOADS`, `STORAGE_FULL`
   */
  announce: (upload: { id: string; sha256: Sha256; sizeBytes: number; namespace: string }) => Promise<void>;
  /**
   * Makes a whole upload the blob that it was announced as, once, whoever asks how often. Does nothing for
   * one that is not whole yet. @throws GgufError `WRONG_DIGEST`, in which case it is removed
   */
  finish: (id: string) => Promise<void>;
  /** Gives its room back after it was removed. */
  forget: (id: string) => void;
  /** Removes uploads that were not continued since a time of the server's clock. */
  removeUnfinished: (beforeMs: number) => Promise<void>;
  /**
   * Removes the one that stands still longest, of those that are too slow in all; how many bytes it was
   * promised.
   */
  removeIdlest: (limits: IdleLimits) => Promise<number>;
  /** Removes those of a namespace; how many. One that is about to become a blob may become it first. */
  removeNamespace: (namespace: string) => Promise<number>;
  inProgress: () => number;
}

/**
 * Which upload keeps room for nothing: no byte came since, or, announced before then, fewer than its pace
 * asks for.
 */
export interface IdleLimits {
  /** By the server's clock. */
  nowMs: number;
  beforeMs: number;
  leastBytesPerSecond: number;
  /** Of which part. */
  isTrusted: boolean;
}

/** Of one namespace. */
const mostUploads = 1000;

/** Resumable uploads into a cache; those that a former process began are taken over. */
export async function openUploads(context: CacheContext, store: UploadStore): Promise<Uploads> {
  const reservations = new Map<string, Reservation & { namespace: string }>();
  const finishing = new Map<string, Promise<void>>();
  const hold = (id: string, namespace: string, reservation: Reservation): void => {
    reservations.set(id, { ...reservation, namespace });
    // Whoever sends it sees so at the next byte. What came of it gives way at once.
    reservation.onRevoked(() => {
      if (!finishing.has(id)) void remove(id).catch(() => undefined);
    });
  };
  for (const { id, receivedBytes } of await store.list()) {
    const announced = await store.announced(id);
    // Without a file it became a blob, just before its process died.
    if (announced === null || receivedBytes === null) {
      await store.remove(id);
      continue;
    }
    const reservation = context.space.keepReserved(announced.sizeBytes, announced.namespace === trusted);
    reservation.wrote(receivedBytes);
    hold(id, announced.namespace, reservation);
  }
  store.onWritten = (id, totalBytes) => {
    const promised = reservations.get(id);
    if (promised === undefined) throw gone();
    requirePromise(promised);
    promised.wrote(totalBytes);
  };
  const forget = (id: string): void => {
    reservations.get(id)?.release();
    reservations.delete(id);
  };
  store.onDropped = forget;
  const remove = async (id: string): Promise<void> => {
    await store.remove(id);
    forget(id);
  };
  const finish = async (id: string): Promise<void> => {
    try {
      await publish(id);
    } catch (error) {
      // Somebody removed it meanwhile.
      if (systemErrorCode(error) === 'ENOENT' && (await store.announced(id)) === null) throw gone();
      throw error;
    }
  };
  const publish = async (id: string): Promise<void> => {
    const announced = await store.announced(id);
    if (announced === null || (await store.receivedBytes(id)) !== announced.sizeBytes) return;
    const digest = await store.digest(id);
    const promised = reservations.get(id) ?? context.space.keepReserved(0, announced.namespace === trusted);
    if (digest.sha256 === announced.sha256)
      await publishBlob(context, announced.namespace, { id: digest, path: store.pathOf(id), promised });
    await remove(id);
    if (digest.sha256 !== announced.sha256)
      throw new GgufError('WRONG_DIGEST', `the bytes have sha256 ${digest.sha256}, not ${announced.sha256}`, {
        hint: 'Nothing was kept.',
      });
  };
  return {
    store,
    forget,
    inProgress: () => reservations.size,
    announce: async ({ id, sha256, sizeBytes, namespace }) => {
      if ((await findVisibleBlob(context, itself(namespace), sha256)) !== null)
        throw new GgufError('BLOB_EXISTS', 'this blob is here already');
      if (
        [...reservations.values()].filter((reservation) => reservation.namespace === namespace).length >=
        mostUploads
      )
        throw new GgufError(
          'TOO_MANY_UPLOADS',
          `there are ${mostUploads} unfinished uploads of the namespace ${namespace} already`,
        );
      hold(id, namespace, await context.space.reserve(sizeBytes, namespace === trusted));
    },
    finish: (id) => {
      const running = finishing.get(id) ?? finish(id).finally(() => finishing.delete(id));
      finishing.set(id, running);
      return running;
    },
    removeUnfinished: async (beforeMs) => {
      for (const { id, changedMs } of await store.list())
        if (changedMs < beforeMs && !finishing.has(id)) await remove(id);
    },
    removeIdlest: async ({ nowMs, beforeMs, leastBytesPerSecond, isTrusted }) => {
      const uploads = (await store.list())
        .filter(({ id }) => !finishing.has(id))
        .sort((a, b) => a.changedMs - b.changedMs);
      for (const { id, changedMs, receivedBytes } of uploads) {
        const announced = await store.announced(id);
        if (announced === null || (announced.namespace === trusted) !== isTrusted) continue;
        const createdMs = Date.parse(announced.created);
        const isSlow =
          createdMs < beforeMs && (receivedBytes ?? 0) < ((nowMs - createdMs) / 1000) * leastBytesPerSecond;
        if (changedMs >= beforeMs && !isSlow) continue;
        await remove(id);
        return announced.sizeBytes;
      }
      return 0;
    },
    removeNamespace: async (namespace) => {
      let count = 0;
      for (const { id } of await store.list()) {
        if ((await store.announced(id))?.namespace !== namespace) continue;
        await finishing.get(id)?.catch(() => undefined);
        if (reservations.has(id)) count++;
        await remove(id);
      }
      return count;
    },
  };
}
