import { stat } from 'node:fs/promises';
import type { CommitOperation } from '@huggingface/hub';
import { GgufError, isGgufError } from '../core/errors.js';
import type { PublishHub } from '../core/generated/model.generated.js';
import { changesOf, type Present } from '../publication/upload-plan.js';
import { readRecord, recordFile } from '../publication/record.js';
import { hubFileUrl, hubRepository, understood, type HubFile } from '../upstream/hub-client.js';
import { hubAccess, type HubAccess } from '../upstream/hub-endpoint.js';
import type { HubPlace } from '../upstream/hub-errors.js';
import { openHttp, type Http } from '../transport/http.js';
import { interrupted } from '../transport/retry.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import { FilePart } from './file-part.js';
import { hubTransport, UploadLost } from './hub-transport.js';
import type {
  DestinationRequest,
  DestinationSession,
  OpenDestination,
  Publication,
  PublishedContent,
} from './session.js';

/** What the work on one hub has at hand. */
interface HubWork {
  to: PublishHub;
  access: HubAccess;
  place: HubPlace;
  http: Http;
  context: UpstreamContext;
  choices: DestinationRequest;
}

/** The library wants to see a token where we add the real one ourselves. */
const placeholder = { accessToken: 'hf_' };
/** Uploads that are asked for anew, when their addresses were no longer good. */
const mostUploads = 3;
const longestRecord = 32 << 20;

/**
 * A repository on a Hugging Face hub, written through @huggingface/hub: large files over Git LFS, everything
 * in one commit.
 */
export function hubDestination(
  to: PublishHub,
  choices: DestinationRequest,
  context: UpstreamContext,
): OpenDestination {
  return async (work) => {
    const access = await hubAccess(to, context.env);
    const place: HubPlace = {
      endpoint: access.endpoint,
      kind: 'model',
      repository: to.repository,
      revision: to.branch ?? 'main',
      hasToken: access.token !== null,
    };
    const http = openHttp(context);
    try {
      return await work(await understood(place, openSession({ to, access, place, http, context, choices })));
    } finally {
      await http.close();
    }
  };
}

async function openSession(hub: HubWork): Promise<DestinationSession> {
  await checkToken(hub);
  const head = await headOf(hub);
  if ('missing' in head && !hub.choices.create && !hub.choices.dryRun) throw head.missing;
  const present =
    'missing' in head
      ? { destination: destinationName(hub), exists: false, files: [], record: null }
      : await presentAt(hub, head.commit);
  return { present, apply: (publication) => apply(hub, publication, head) };
}

type Head = { commit: string } | { missing: GgufError };

/** Fails early, before anything is read or sent, when the token cannot do it. */
async function checkToken({ access, place, choices, http, context }: HubWork): Promise<void> {
  if (access.token === null) {
    if (choices.dryRun) return;
    throw new GgufError(
      'HUB_UNAUTHORIZED',
      `${place.repository}: publishing to ${place.endpoint} needs a token`,
      {
        hint: 'Set HF_TOKEN to a token that may write it, or log in with the hub\'s own tool, which writes the token file. A hub that only "endpoint" names gets no token: name it in HF_ENDPOINT.',
      },
    );
  }
  const { whoAmI } = await import('@huggingface/hub');
  const asked = whoAmI({
    hubUrl: access.endpoint,
    fetch: hubTransport(http, { access, place, context, expected: new Set() }).fetch,
    ...placeholder,
  });
  const who = await asked.catch((error: unknown) => {
    // A hub need not tell.
    if (isGgufError(error) && error.code === 'REPOSITORY_MISSING') return null;
    throw error;
  });
  if (who?.auth.accessToken?.role === 'read' && !choices.dryRun)
    throw new GgufError('HUB_FORBIDDEN', `${place.repository}: the token may only read`, {
      hint: 'Make one that may write this repository, in the settings of your account.',
    });
}

async function headOf({ access, place, http, context }: HubWork): Promise<Head> {
  const { modelInfo } = await import('@huggingface/hub');
  try {
    const { sha } = await modelInfo({
      name: place.repository,
      revision: place.revision,
      additionalFields: ['sha'],
      hubUrl: access.endpoint,
      fetch: hubTransport(http, { access, place, context, expected: new Set() }).fetch,
    });
    if (typeof sha === 'string' && /^[0-9a-f]{40}$/.test(sha)) return { commit: sha };
    throw new GgufError(
      'HUB_UNUSABLE',
      `${place.repository}: ${place.endpoint} names no commit for ${place.revision}`,
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
  const answer = await http.send({
    url: hubFileUrl(place, commit, recordFile),
    token: access.token,
    signal: context.signal,
  });
  const text = await answer.body.text();
  return {
    destination: destinationName(hub),
    exists: true,
    files,
    record: answer.status === 200 ? readRecord(text) : null,
  };
}

async function apply(hub: HubWork, publication: Publication, head: Head): Promise<string> {
  const parentCommit = 'commit' in head ? head.commit : await make(hub, head.missing);
  for (let uploads = 1; ; uploads++) {
    try {
      return await commit(hub, publication, parentCommit);
    } catch (error) {
      if (!(error instanceof UploadLost)) throw error;
      if (uploads === mostUploads)
        throw new GgufError(
          'UPLOAD_REFUSED',
          `${hub.place.repository}: ${error.message}, ${mostUploads} times`,
          { cause: error, hint: 'Run it again later: what has arrived is not sent again.' },
        );
      hub.context.report({ type: 'step', message: `${error.message}; asking for another` });
    }
  }
}

async function make({ to, access, place, http, context }: HubWork, missing: GgufError): Promise<string> {
  const { createBranch, createRepo, modelInfo } = await import('@huggingface/hub');
  const common = {
    hubUrl: access.endpoint,
    fetch: hubTransport(http, { access, place, context, expected: new Set() }).fetch,
  };
  const repo = { type: 'model', name: place.repository } as const;
  const unlessThere = (error: unknown): void => {
    if (!isGgufError(error) || error.code !== 'REPOSITORY_EXISTS') throw error;
  };
  if (missing.code === 'REPOSITORY_MISSING') {
    await createRepo({ repo, visibility: to.visibility ?? 'private', ...common, ...placeholder }).catch(
      unlessThere,
    );
    context.report({
      type: 'step',
      message: `made the ${to.visibility ?? 'private'} repository ${place.repository}`,
    });
  }
  if (place.revision !== 'main')
    await createBranch({ repo, branch: place.revision, ...common }).catch(unlessThere);
  const { sha } = await modelInfo({
    name: place.repository,
    revision: place.revision,
    additionalFields: ['sha'],
    ...common,
  });
  return sha;
}

async function commit(
  { access, place, http, context }: HubWork,
  { plan, contents, message }: Publication,
  parentCommit: string,
): Promise<string> {
  const { commitIter } = await import('@huggingface/hub');
  const operations: CommitOperation[] = [];
  for (const { path, action } of changesOf(plan)) {
    operations.push(
      action === 'delete'
        ? { operation: 'delete', path }
        : { operation: 'addOrUpdate', path, content: await blobOf(contents, path) },
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
      if (done === true) return value?.commit.oid ?? '';
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
    const oid = await Promise.race([run(), transport.failed, aborted]);
    return `${place.endpoint}/${place.repository}/commit/${oid}`;
  } catch (error) {
    throw transport.firstFailure() ?? error;
  } finally {
    stopped.abort();
  }
}

async function blobOf(contents: ReadonlyMap<string, PublishedContent>, path: string): Promise<Blob> {
  const content = contents.get(path);
  if (content === undefined) throw new Error(`no content for ${path}`);
  return 'text' in content
    ? new Blob([content.text])
    : new FilePart(content.path, 0, (await stat(content.path)).size);
}

function destinationName({ place }: HubWork): string {
  return `${place.endpoint}/${place.repository}${place.revision === 'main' ? '' : ` (branch ${place.revision})`}`;
}
