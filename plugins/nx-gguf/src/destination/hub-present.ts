import { GgufError, isGgufError } from '../core/errors.js';
import { readRecord, recordFile } from '../publication/record.js';
import type { Present } from '../publication/upload-plan.js';
import { hubFileUrl, hubRepository, type HubFile } from '../upstream/hub/hub-client.js';
import { withRetries } from '../transport/retry.js';
import { hubTransport } from './hub-transport.js';
import type { HubHead, HubWork } from './hub-work.js';
import { hubWriteError } from './hub-write-errors.js';
import { settled } from './settled-answer.js';

const longestRecord = 32 << 20;

/** What the newest commit of the branch holds; no files where there is no such branch. */
export function presentAtHead(hub: HubWork, head: HubHead): Promise<Present> {
  if ('commit' in head) return presentAt(hub, head.commit);
  return Promise.resolve({ destination: destinationName(hub), exists: false, files: [], record: null });
}

/** The newest commit of the branch that is published to. */
export async function headOf({ access, place, http, context }: HubWork): Promise<HubHead> {
  const { modelInfo } = await import('@huggingface/hub');
  try {
    const { sha, private: isPrivate } = await modelInfo({
      name: place.repository,
      revision: place.revision,
      additionalFields: ['sha'],
      hubUrl: access.endpoint,
      fetch: hubTransport(http, { access, place, context, expected: new Set() }).fetch,
    });
    if (typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha))
      return { commit: sha, isPrivate: typeof isPrivate === 'boolean' ? isPrivate : null };
    throw new GgufError(
      'HUB_UNUSABLE',
      `${place.repository}: ${place.endpoint} names no commit for ${place.revision}`,
      { hint: 'Is this a hub? See "endpoint" and HF_ENDPOINT.' },
    );
  } catch (error) {
    if (isGgufError(error) && (error.code === 'REPOSITORY_MISSING' || error.code === 'BRANCH_MISSING'))
      return { missing: error };
    throw error;
  }
}

async function presentAt(hub: HubWork, commit: string): Promise<Present> {
  const { to, place, http, context, access } = hub;
  const repository = await hubRepository(
    {
      type: 'huggingface',
      repository: to.repository,
      revision: place.revision,
      ...(to.endpoint === undefined ? {} : { endpoint: to.endpoint }),
    },
    http,
    context,
  );
  const listed: HubFile[] = await repository.files(commit, null);
  const files = listed.map(({ path, sizeBytes, sha256, gitOid }) => ({ path, sizeBytes, sha256, gitOid }));
  const entry = files.find(({ path }) => path === recordFile);
  if (entry === undefined || entry.sizeBytes > longestRecord)
    return { destination: destinationName(hub), exists: true, files, record: null };
  const attempt = () =>
    settled(
      http.send({
        url: hubFileUrl(place, commit, recordFile),
        token: access.token,
        signal: context.signal,
      }),
      `${place.repository} ${recordFile}`,
    );
  const answer = await withRetries({ of: `${place.repository} ${recordFile}`, attempt }, context);
  // Without the record everything there would be somebody else's.
  if (answer.status >= 400 && answer.status !== 404) throw hubWriteError(answer, place);
  return {
    destination: destinationName(hub),
    exists: true,
    files,
    record: answer.status === 200 ? readRecord(answer.text) : null,
  };
}

function destinationName({ place }: HubWork): string {
  return `${place.endpoint}/${place.repository}${place.revision === 'main' ? '' : ` (branch ${place.revision})`}`;
}
