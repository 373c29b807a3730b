import type { Report } from '../core/events.js';
import { adoptHashed, findBlob } from '../store/blobs.js';
import type { BlobId } from '../files/hash-file.js';
import type { StoreLayout } from '../store/layout.js';
import { withLock } from '../store/lock.js';
import { partialPath } from '../store/downloads.js';
import { discardPartial, openPartial, type PartialFile } from '../transport/partial-file.js';
import type { GuardedRemote } from './breaker.js';
import { RemoteFailure } from './remote-store.js';

/** The ports that bringing blobs needs. */
export interface Bringing {
  store: StoreLayout;
  report: Report;
  signal: AbortSignal | undefined;
  /** Called with the number of bytes that came, negative when bytes were discarded. */
  onBytes: (count: number) => void;
}

/** A wanted file: digest and size of its bytes, and its name for messages. */
export interface WantedBlob extends BlobId {
  name: string;
}

/**
 * Brings a blob into the store from the first remote that has it, going on where an earlier attempt, a killed
 * process or another remote stopped. Nothing is published before its digest is right.
 * @returns the remote that it came from, `store` when it was there meanwhile, or null when no remote has it
 */
export async function bringBlob(
  wanted: WantedBlob,
  remotes: readonly GuardedRemote[],
  bringing: Bringing,
): Promise<GuardedRemote | 'store' | null> {
  const { store, report, signal } = bringing;
  const path = partialPath(store, { sha256: wanted.sha256, gitOid: null });
  return withLock(
    path,
    async () => {
      if ((await findBlob(store, wanted)) !== null) return 'store';
      for (const remote of remotes) {
        // Twice: when bytes that were left by somebody else do not fit, this remote's own are taken from the
        // start.
        for (let turn = 0; turn < 2; turn++) {
          if (!(await remote.reads()) || !(await remote.trusts(wanted.sha256))) break;
          const outcome = await receive(wanted, remote, { path, bringing });
          if (outcome === 'received') return remote;
          if (outcome !== 'others') break;
        }
      }
      return null;
    },
    {
      ...(signal === undefined ? {} : { signal }),
      onWait: () => {
        report({ type: 'step', message: `waiting for another process that downloads ${wanted.name}` });
      },
    },
  );
}

/** `others`: the bytes were wrong, and some of them came from elsewhere. */
type Outcome = 'received' | 'absent' | 'failed' | 'wrong' | 'others';

async function receive(
  wanted: WantedBlob,
  remote: GuardedRemote,
  { path, bringing }: { path: string; bringing: Bringing },
): Promise<Outcome> {
  const part = await openPartial(path, { sizeBytes: wanted.sizeBytes, gitOidLength: null }, bringing.signal);
  const ownFrom = { bytes: part.sizeBytes };
  try {
    // A killed process may have left the complete file.
    const answer =
      part.sizeBytes === wanted.sizeBytes ||
      (await remote.ask({
        kind: 'download',
        work: async (from, signal, beat) =>
          transfer(
            wanted,
            {
              part,
              ownFrom,
              onBytes: (count) => {
                beat(Math.max(0, count));
                bringing.onBytes(count);
              },
            },
            await from.readBlob(wanted.sha256, part.sizeBytes, signal),
          ),
      }));
    if (answer instanceof RemoteFailure) {
      if (answer.kind === 'malformed')
        await remote.distrust(wanted.sha256, `${wanted.name} is not brought: ${answer.message}`);
      return 'failed';
    }
    if (!answer) return 'absent';
    const problem = await problemOf(part, wanted);
    if (problem === null) {
      await part.sync();
      await part.close();
      await adoptHashed(bringing.store, path, { sha256: wanted.sha256, sizeBytes: wanted.sizeBytes });
      return 'received';
    }
    bringing.onBytes(-part.sizeBytes);
    await discardPartial(path);
    if (ownFrom.bytes > 0) return 'others';
    await remote.distrust(wanted.sha256, problem);
    return 'wrong';
  } finally {
    await part.close();
  }
}

/**
 * Appends what a remote sends; false when it has no such blob. Stops at the first byte too many; an end that
 * comes too early is the remote's word for all there is.
 */
async function transfer(
  wanted: WantedBlob,
  {
    part,
    ownFrom,
    onBytes,
  }: { part: PartialFile; ownFrom: { bytes: number }; onBytes: (count: number) => void },
  answer: { fromBytes: number; bytes: AsyncIterable<Uint8Array> } | null,
): Promise<boolean> {
  if (answer === null) return false;
  if (answer.fromBytes !== part.sizeBytes) {
    onBytes(-part.sizeBytes);
    await part.restart();
    ownFrom.bytes = 0;
    if (answer.fromBytes !== 0)
      throw new RemoteFailure('unavailable', 'it does not send the part of a file that it was asked for');
  }
  for await (const chunk of answer.bytes) {
    await part.append(chunk);
    onBytes(chunk.length);
    if (part.sizeBytes > wanted.sizeBytes) return true;
  }
  return true;
}

async function problemOf(part: PartialFile, { sha256, sizeBytes, name }: WantedBlob): Promise<string | null> {
  if (part.sizeBytes !== sizeBytes)
    return `${name} has ${part.sizeBytes < sizeBytes ? part.sizeBytes : 'more'} bytes there instead of ${sizeBytes}`;
  const actual = (await part.digests()).sha256;
  return actual === sha256 ? null : `the sha256 of ${name} is ${actual} there instead of ${sha256}`;
}
