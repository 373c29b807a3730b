import type { Manifest } from '../core/generated/manifest.generated.js';
import type { Report } from '../core/events.js';
import { isGgufError } from '../core/errors.js';
import { checkedBlob } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import type { WantedBlob } from './bring-blob.js';
import type { GuardedRemote } from './breaker.js';
import { offeredBlob } from './offered-blob.js';
import { manifestText } from '../store/actions.js';
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

/** What is wrong with a blob of this store: it was damaged, or somebody removed it. */
const unsound: ReadonlySet<string> = new Set(['BLOB_DAMAGED', 'BLOB_MISSING', 'SOURCE_CHANGED']);

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
        work: (to, signal) => to.writeAction(manifest.actionKey, manifestText(manifest), signal),
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
  wanted: WantedBlob,
  remote: GuardedRemote,
  { store, report, limit, progress, isMissing = false }: Uploading & { isMissing?: boolean },
): Promise<Uploaded> {
  return limit(async () => {
    if (!(await remote.writes())) return 'later';
    if (!isMissing) {
      const present = await remote.ask({
        kind: 'lookup',
        work: (to, signal) => to.hasBlob(wanted.sha256, signal),
      });
      if (present === true) return 'done';
      if (present !== false) return outcomeOf(present);
    }
    const path = await checkedBlob(store, wanted);
    if (path === null) return 'never';
    progress.planned(wanted.sizeBytes);
    try {
      const sent = await remote.ask({
        kind: 'upload',
        extraMs: wanted.sizeBytes / flushedBytesPerMs,
        work: (to, signal, beat) =>
          to.writeBlob(
            offeredBlob(
              { ...wanted, path },
              {
                store,
                onBytes: (count) => {
                  beat(count);
                  progress.sent(count);
                },
              },
            ),
            signal,
          ),
      });
      if (!(sent instanceof RemoteFailure)) return 'done';
      if (sent.kind === 'rejected' || sent.kind === 'malformed')
        report({
          type: 'warning',
          message: `${remote.name}: a file of ${wanted.sizeBytes} bytes was not stored: ${sent.message}`,
        });
      return outcomeOf(sent);
    } catch (error) {
      if (!isGgufError(error) || !unsound.has(error.code)) throw error;
      report({ type: 'warning', message: `${error.message}; it was not uploaded to ${remote.name}` });
      // When it was brought or made again, a later run uploads it.
      return 'later';
    }
  });
}

function outcomeOf({ kind }: RemoteFailure): Uploaded {
  return kind === 'unavailable' ? 'later' : 'never';
}

function distinct(files: Manifest['files']): WantedBlob[] {
  return [...new Map(files.map((file) => [file.sha256, file])).values()];
}
