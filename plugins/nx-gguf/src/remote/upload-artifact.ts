import type { Manifest } from '../core/generated/manifest.generated.js';
import type { Report } from '../core/events.js';
import { isGgufError } from '../core/errors.js';
import { checkedBlob, discardBlob } from '../store/blobs.js';
import type { BlobId } from '../files/hash-file.js';
import type { StoreLayout } from '../store/layout.js';
import type { GuardedRemote } from './breaker.js';
import { offeredBlob } from './offered-blob.js';
import { sealedManifest } from './remote-manifest.js';
import { RemoteFailure } from './remote-store.js';

/** What uploads share. */
export interface Uploading {
  store: StoreLayout;
  report: Report;
  /** Runs a transfer when one of the few places for transfers is free. */
  limit: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told when bytes are to be sent, and when they were. */
  progress: { planned: (bytes: number) => void; sent: (bytes: number) => void };
}

/**
 * `later`: the remote could not be reached, so another run should try. `never`: it will not get there from
 * this store.
 */
export type Uploaded = 'done' | 'later' | 'never';

/** Answers to large uploads come when the server has flushed them. */
const flushedBytesPerMs = 50_000;

/**
 * Stores what a step made at a remote: its blobs first, those that are there are not sent, and the manifest
 * when all of them are. A manifest with files that are neither there nor in this store is not stored, so that
 * nobody finds a result without its files.
 */
export async function uploadArtifact(
  manifest: Manifest,
  remote: GuardedRemote,
  uploading: Uploading,
): Promise<Uploaded> {
  const files = distinct(manifest.files);
  const outcomes = await Promise.all(files.map((file) => uploadBlob(file, remote, uploading)));
  if (outcomes.includes('later')) return 'later';
  if (outcomes.includes('never')) return 'never';
  const write = async (): Promise<RemoteFailure | undefined> => {
    if (!(await remote.writes())) return new RemoteFailure('unavailable', 'given up');
    return (
      (await remote.ask({
        kind: 'publish',
        work: (to, signal) => to.writeAction(manifest.actionKey, sealedManifest(manifest), signal),
      })) ?? undefined
    );
  };
  let failure = await write();
  if (failure?.kind === 'incomplete') {
    // A blob that the remote had reported is gone meanwhile: it is sent again.
    const { missing } = failure;
    const again = await Promise.all(
      files
        .filter(({ sha256 }) => missing.length === 0 || missing.includes(sha256))
        .map((file) => uploadBlob(file, remote, { ...uploading, isMissing: true })),
    );
    failure = again.every((outcome) => outcome === 'done') ? await write() : failure;
  }
  if (failure === undefined) return 'done';
  if (failure.kind === 'unavailable') return 'later';
  if (failure.kind !== 'refused')
    uploading.report({
      type: 'warning',
      message: `${remote.name}: the result of ${manifest.step} was not stored: ${failure.message}`,
    });
  return 'never';
}

/** Stores a blob at a remote, unless it is there. */
export async function uploadBlob(
  id: BlobId,
  remote: GuardedRemote,
  { store, report, limit, progress, isMissing = false }: Uploading & { isMissing?: boolean },
): Promise<Uploaded> {
  return limit(async () => {
    if (!(await remote.writes())) return 'later';
    if (!isMissing) {
      const present = await remote.ask({
        kind: 'lookup',
        work: (to, signal) => to.hasBlob(id.sha256, signal),
      });
      if (present === true) return 'done';
      if (present !== false) return outcomeOf(present);
    }
    const path = await checkedBlob(store, id);
    if (path === null) return 'never';
    progress.planned(id.sizeBytes);
    try {
      const sent = await remote.ask({
        kind: 'upload',
        extraMs: id.sizeBytes / flushedBytesPerMs,
        work: (to, signal, beat) =>
          to.writeBlob(
            offeredBlob(path, id, (count) => {
              beat(count);
              progress.sent(count);
            }),
            signal,
          ),
      });
      if (!(sent instanceof RemoteFailure)) return 'done';
      if (sent.kind === 'rejected' || sent.kind === 'malformed')
        report({
          type: 'warning',
          message: `${remote.name}: a file of ${id.sizeBytes} bytes was not stored: ${sent.message}`,
        });
      return outcomeOf(sent);
    } catch (error) {
      if (!isGgufError(error) || error.code !== 'BLOB_DAMAGED') throw error;
      report({ type: 'warning', message: `${error.message}; it was removed and not uploaded` });
      await discardBlob(store, id.sha256);
      return 'never';
    }
  });
}

function outcomeOf({ kind }: RemoteFailure): Uploaded {
  return kind === 'unavailable' ? 'later' : 'never';
}

function distinct(files: Manifest['files']): BlobId[] {
  return [...new Map(files.map(({ sha256, sizeBytes }) => [sha256, { sha256, sizeBytes }])).values()];
}
