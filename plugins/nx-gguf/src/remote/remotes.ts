import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import prettyBytes from 'pretty-bytes';
import type { Report } from '../core/events.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { findAction, putAction } from '../store/actions.js';
import { findBlob } from '../store/blobs.js';
import { freeBytes } from '../files/free-space.js';
import type { StoreLayout } from '../store/layout.js';
import type { GuardedRemote } from './breaker.js';
import { bringBlob, type WantedBlob } from './bring-blob.js';
import { remoteManifest, type ExpectedAction } from './remote-manifest.js';
import { RemoteFailure } from './remote-store.js';
import { isUploaded } from './upload-policy.js';
import { transferProgress } from './transfer-progress.js';
import { uploadArtifact, uploadBlob, type Uploading } from './upload-artifact.js';
import { uploadJournal } from './upload-journal.js';

/**
 * The stores elsewhere, near before far. None of this fails because of them: what they do not give is made
 * here.
 */
export interface Remotes {
  /** Names for messages; empty when there are none. */
  names: readonly string[];
  /** Settings of remotes that change nothing, in words. */
  unused?: readonly string[];
  /** The manifest of an action, which is then known to the store too; none of its files are brought. */
  findAction: (expected: ExpectedAction) => Promise<Manifest | null>;
  /** True when all of these files can be read on this machine; those that could not are brought. */
  bring: (files: readonly WantedBlob[]) => Promise<boolean>;
  /** Those of these files that no remote says it has. None of their bytes are brought. */
  lacking: <F extends WantedBlob>(files: readonly F[]) => Promise<F[]>;
  /**
   * Uploads a result beside what happens next; one that is uploaded only if somebody wishes it, if it is
   * wished.
   */
  offer: (manifest: Manifest, options?: { isWished?: boolean }) => Promise<void>;
  /** Waits for the uploads that were begun. */
  settle: () => Promise<void>;
  /** Waits for all uploads, with progress, and closes the connections. */
  finish: () => Promise<void>;
  /** Closes the connections of one that was only asked; nothing is uploaded. */
  close: () => Promise<void>;
}

/** What remotes work with. */
export interface RemotesOptions {
  store: StoreLayout;
  remotes: readonly GuardedRemote[];
  /** True when sources are uploaded that can be fetched from where they came. */
  sharesSources: boolean;
  report: Report;
  signal: AbortSignal | undefined;
}

const parallel = 4;
/** Results that earlier runs left to be uploaded, at most so many a run. */
const mostLeft = 1000;
const marginBytes = 64 << 20;

/** Several remotes as one. */
export function joinRemotes({ store, remotes, sharesSources, report, signal }: RemotesOptions): Remotes {
  // Each transfer listens for an interrupt.
  if (signal !== undefined) setMaxListeners(0, signal);
  const places = pLimit(parallel);
  const jobs = new Set<Promise<void>>();
  const journals = new Map(remotes.map((remote) => [remote, uploadJournal(store, remote.name)]));
  // A result that came from a remote is offered to the nearer remotes.
  const cameFrom = new Map<string, { what: Manifest | WantedBlob; index: number }>();
  const uploads = transferProgress(
    report,
    () => `uploading to ${remotes.length === 1 ? (remotes[0]?.name ?? '') : `${remotes.length} remotes`}`,
    false,
  );
  const uploading: Uploading = { store, report, limit: pLimit(parallel), progress: uploads };

  const start = (work: () => Promise<void>): void => {
    const job = work()
      .catch((error: unknown) => {
        if (signal?.aborted !== true)
          report({
            type: 'warning',
            message: `an upload was given up: ${error instanceof Error ? error.message : String(error)}`,
          });
      })
      .finally(() => jobs.delete(job));
    jobs.add(job);
  };
  const upload = async (
    manifest: Manifest,
    remote: GuardedRemote,
    done: () => Promise<void>,
  ): Promise<void> => {
    if ((await uploadArtifact(manifest, remote, uploading)) === 'later')
      await journals.get(remote)?.leave(manifest.actionKey);
    else await done();
  };
  const settle = async (): Promise<void> => {
    while (jobs.size > 0) await Promise.all(jobs);
  };
  const close = async (): Promise<void> => {
    for (const remote of remotes) await remote.close().catch(() => undefined);
  };
  const uploadLeft = async (remote: GuardedRemote): Promise<void> => {
    if (!(await remote.writes())) return;
    for (const { key, done } of (await journals.get(remote)?.takeOver(mostLeft)) ?? []) {
      const manifest = await findAction(store, key).catch(() => null);
      if (manifest === null) await done();
      else start(() => upload(manifest, remote, done));
    }
  };
  const uploadNearer = async (): Promise<void> => {
    for (const { what, index } of cameFrom.values()) {
      for (const remote of remotes.slice(0, index)) {
        if (await remote.writes())
          start(async () => {
            await ('actionKey' in what
              ? uploadArtifact(what, remote, uploading)
              : uploadBlob(what, remote, uploading));
          });
      }
    }
  };

  return {
    names: remotes.map(({ name }) => name),

    findAction: async (expected) => {
      for (const [index, remote] of remotes.entries()) {
        if (!(await remote.reads())) continue;
        const text = await remote.ask({
          kind: 'lookup',
          work: (from, stop) => from.readAction(expected.actionKey, stop),
        });
        if (text === null || (text instanceof RemoteFailure && text.kind !== 'malformed')) continue;
        const manifest =
          text instanceof RemoteFailure ? { refused: text.message } : remoteManifest(text, expected);
        if ('refused' in manifest) {
          report({
            type: 'warning',
            message: `${remote.name}: a manifest of ${expected.step} was refused: ${manifest.refused}`,
          });
          continue;
        }
        await putAction(store, manifest);
        if (index > 0) cameFrom.set(manifest.actionKey, { what: manifest, index });
        return manifest;
      }
      return null;
    },

    bring: async (files) => {
      const missing: WantedBlob[] = [];
      for (const file of new Map(files.map((wanted) => [wanted.sha256, wanted])).values())
        if ((await findBlob(store, file)) === null) missing.push(file);
      if (missing.length === 0) return true;
      if (remotes.length === 0 || !(await hasRoom(missing, store, report))) return false;
      const progress = transferProgress(
        report,
        () => `downloading ${missing.length === 1 ? (missing[0]?.name ?? '') : `${missing.length} files`}`,
      );
      const brought = await Promise.all(
        missing.map((file) =>
          places(async () => {
            progress.planned(file.sizeBytes);
            const from = await bringBlob(file, remotes, { store, report, signal, onBytes: progress.sent });
            const index = remotes.findIndex((remote) => remote === from);
            if (index > 0) cameFrom.set(file.sha256, { what: file, index });
            return from !== null;
          }),
        ),
      );
      return brought.every((isThere) => isThere);
    },

    lacking: async (files) => {
      const isHeld = async ({ sha256 }: WantedBlob): Promise<boolean> => {
        for (const remote of remotes) {
          if (!(await remote.reads()) || !(await remote.trusts(sha256))) continue;
          if (
            (await remote.ask({ kind: 'lookup', work: (from, stop) => from.hasBlob(sha256, stop) })) === true
          )
            return true;
        }
        return false;
      };
      const held = await Promise.all(files.map((file) => places(() => isHeld(file))));
      return files.filter((_, index) => held[index] !== true);
    },

    offer: async (manifest, { isWished = false } = {}) => {
      if (!isWished && !isUploaded(manifest, { sharesSources })) return;
      for (const remote of remotes) {
        if (!(await remote.writes())) continue;
        const done = await journals.get(remote)?.begin(manifest.actionKey);
        if (done !== undefined) start(() => upload(manifest, remote, done));
      }
    },

    settle,

    finish: async () => {
      if (signal?.aborted !== true) {
        for (const remote of remotes) await uploadLeft(remote);
        await uploadNearer();
      }
      uploads.show();
      await settle();
      await close();
    },

    close,
  };
}

async function hasRoom(files: readonly WantedBlob[], store: StoreLayout, report: Report): Promise<boolean> {
  const needed = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const free = await freeBytes(store.root);
  if (free === null || free >= needed + marginBytes) return true;
  const shown = (bytes: number): string => prettyBytes(bytes, { binary: true });
  report({
    type: 'warning',
    message: `${shown(needed)} are not downloaded: the store's file system (${store.root}) has ${shown(free)} left`,
  });
  return false;
}
