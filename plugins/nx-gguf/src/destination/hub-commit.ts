import type { CommitOperation } from '@huggingface/hub';
import { GgufError } from '../core/errors.js';
import { changesOf } from '../publication/upload-plan.js';
import { checkedFile } from './checked-file.js';
import type { StoreLayout } from '../store/layout.js';
import { interrupted } from '../transport/retry.js';
import { understood } from '../upstream/hub/hub-client.js';
import type { HubPlace } from '../upstream/hub/hub-errors.js';
import { FilePart } from './file-part.js';
import { hubTransport } from './hub-transport.js';
import type { HubWork } from './hub-work.js';
import { contentOf, type SentContent } from './sent-content.js';
import type { Publication } from './session.js';

/** Sends everything that changes in one commit on top of a parent; the address of the new commit. */
export async function commit(
  { access, place, http, context }: HubWork,
  { plan, contents, message }: Publication,
  parentCommit: string,
): Promise<string> {
  const { commitIter } = await import('@huggingface/hub');
  const operations: CommitOperation[] = [];
  for (const file of changesOf(plan)) {
    const { path, action } = file;
    operations.push(
      action === 'delete'
        ? { operation: 'delete', path }
        : { operation: 'addOrUpdate', path, content: blobOf(contentOf(contents, file), context.store) },
    );
  }
  const sizes = new Map(plan.files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const expected = new Set(plan.files.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256])));
  const transport = hubTransport(http, { access, place, context, expected });
  const stopped = new AbortController();
  const signal =
    context.signal === undefined ? stopped.signal : AbortSignal.any([context.signal, stopped.signal]);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(interrupted(place.repository)));
  });
  aborted.catch(() => undefined);
  const hashed = new Map<string, number>();
  const run = async (): Promise<string> => {
    const events = commitIter({
      repo: { type: 'model', name: place.repository },
      branch: place.revision,
      title: message.title,
      description: message.description,
      parentCommit,
      operations,
      useXet: false,
      hubUrl: access.endpoint,
      fetch: transport.fetch,
      abortSignal: signal,
    });
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return commitOf(value, place);
      if (value.event !== 'fileProgress' || value.state !== 'hashing') continue;
      hashed.set(value.path, value.progress);
      const [read, total] = [...hashed].reduce(
        ([sum, all], [path, part]) => [sum + part * (sizes.get(path) ?? 0), all + (sizes.get(path) ?? 0)],
        [0, 0],
      );
      context.report({
        type: 'progress',
        label: 'checking what is sent',
        done: Math.round(read),
        total,
        unit: 'bytes',
      });
    }
  };
  try {
    // The library can lose an error when it happens at the wrong moment, and wait for ever.
    const oid = await understood(place, Promise.race([run(), transport.failed, aborted]));
    return `${place.endpoint}/${place.repository}/commit/${oid}`;
  } catch (error) {
    throw transport.firstFailure() ?? error;
  } finally {
    stopped.abort();
  }
}

/** The commit that was made: an answer which names none, as that of a login page, is no success. */
function commitOf(value: { commit?: { oid?: unknown } } | undefined, place: HubPlace): string {
  const oid = value?.commit?.oid;
  if (typeof oid === 'string' && /^[0-9a-f]{40,64}$/.test(oid)) return oid;
  throw new GgufError('HUB_UNUSABLE', `${place.repository}: ${place.endpoint} names no commit that it made`, {
    hint: 'Run it again: it sees what is there. Is a proxy or a login page between?',
  });
}

function blobOf(content: SentContent, store: StoreLayout): Blob {
  return 'text' in content ? new Blob([content.text]) : new FilePart(checkedFile(store, content));
}
