import { counted } from '../../core/counted.js';
import { GgufError, isGgufError } from '../../core/errors.js';
import { hubAccess, type HubAccess } from './hub-endpoint.js';
import { requireHub } from '../offline.js';
import { hubError, type HubPlace } from './hub-errors.js';
import { transientStatus, type Http } from '../../transport/http.js';
import { noticeRename } from './renamed-repository.js';
import { withRetries } from '../../transport/retry.js';
import { wholeText } from '../../transport/whole-answer.js';
import { hubResponse } from './hub-response.js';
import type { ListedFile } from '../selection/listed-file.js';
import type { HuggingFaceSource } from '../../core/generated/source.generated.js';
import type { UpstreamContext } from '../upstream-context.js';

/** A file of a repository on a hub. */
export interface HubFile extends ListedFile {
  /** Of files in LFS; the hub knows it. */
  sha256: string | null;
  /** Git's digest of a file that is not in LFS, else of its pointer. */
  gitOid: string | null;
}

/** What is asked of a hub about one repository. */
export interface HubRepository {
  access: HubAccess;
  place: HubPlace;
  /** The commit that the source's revision is at the moment. */
  commit: () => Promise<string>;
  /** The files at a commit: all, or those of the given paths only. */
  files: (commit: string, paths: readonly string[] | null) => Promise<HubFile[]>;
}

const mostEntries = 200_000;
const mostPages = 2_000;

/**
 * A repository of a hub, asked through @huggingface/hub over our own transport: proxies, retries, and a token
 * that stays at the hub.
 */
export async function hubRepository(
  source: HuggingFaceSource,
  http: Http,
  context: UpstreamContext,
): Promise<HubRepository> {
  const access = await hubAccess(source, context.env);
  const { repository, kind = 'model', revision = 'main' } = source;
  const place: HubPlace = {
    endpoint: access.endpoint,
    kind,
    repository,
    revision,
    hasToken: access.token !== null,
    isForeign: !access.isOwn,
  };
  const common = { hubUrl: access.endpoint, fetch: fetchOver(http, { access, place, context }) };
  return {
    access,
    place,
    commit: async () => {
      const { modelInfo, datasetInfo } = await import('@huggingface/hub');
      const ask = { name: repository, revision, additionalFields: ['sha'] as ['sha'], ...common };
      const asked = understood(place, kind === 'model' ? modelInfo(ask) : datasetInfo(ask));
      const { sha } = await asked.catch(async (error: unknown) => {
        throw (await ofOtherKind(place, common, error)) ?? error;
      });
      if (typeof sha === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha)) return sha;
      throw new GgufError(
        'HUB_UNUSABLE',
        `${repository}: ${access.endpoint} names no commit for revision ${revision}`,
        { hint: 'Is this a hub? See "endpoint" and HF_ENDPOINT.' },
      );
    },
    files: async (commit, paths) => {
      const { listFiles, pathsInfo } = await import('@huggingface/hub');
      const ask = { repo: { type: kind, name: repository } as const, revision: commit, ...common };
      if (paths !== null)
        return understood(
          place,
          pathsInfo({ ...ask, paths: [...paths] }).then((entries) =>
            entries.filter(({ type }) => type === 'file').map(fileOf),
          ),
        );
      return understood(place, collected(listFiles({ ...ask, recursive: true }), place));
    },
  };
}

/** The error of a repository that is of the other kind, models and datasets having names of their own. */
async function ofOtherKind(
  place: HubPlace,
  common: { hubUrl: string; fetch: typeof fetch },
  error: unknown,
): Promise<GgufError | null> {
  if (!isGgufError(error) || error.code !== 'SOURCE_NOT_FOUND') return null;
  const { modelInfo, datasetInfo } = await import('@huggingface/hub');
  const isThere = (kind: HubPlace['kind']): Promise<boolean> => {
    const ask = { name: place.repository, ...common };
    return (kind === 'model' ? modelInfo(ask) : datasetInfo(ask)).then(
      () => true,
      () => false,
    );
  };
  const other = place.kind === 'model' ? 'dataset' : 'model';
  if ((await isThere(place.kind)) || !(await isThere(other))) return null;
  return new GgufError(
    'SOURCE_NOT_FOUND',
    `${place.repository}: there is no ${place.kind} of this name, and there is a ${other}`,
    { cause: error, hint: `Write "kind": "${other}" beside "repository", if that is meant.` },
  );
}

/** The address of a file's bytes at a commit. */
export function hubFileUrl({ endpoint, kind, repository }: HubPlace, commit: string, path: string): string {
  return `${endpoint}/${kind === 'dataset' ? 'datasets/' : ''}${repository}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

interface Entry {
  type: string;
  path: string;
  size: number;
  oid?: string | undefined;
  lfs?: { oid: string; size: number } | undefined;
}

async function collected(entries: AsyncIterable<Entry>, place: HubPlace): Promise<HubFile[]> {
  const files: HubFile[] = [];
  let count = 0;
  for await (const entry of entries) {
    if (++count > mostEntries)
      throw new GgufError(
        'TOO_MANY_FILES',
        `${place.repository}: more than ${counted(mostEntries, 'entry', 'entries')}`,
        {
          hint: 'Name the files literally in "include": then only they are asked for.',
        },
      );
    if (entry.type === 'file') files.push(fileOf(entry));
  }
  return files;
}

/** @throws TypeError for an entry of another form */
function fileOf({ path, size, oid, lfs }: Entry): HubFile {
  const sizeBytes = lfs?.size ?? size;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new TypeError('a file has no size');
  return {
    path: typeof path === 'string' ? path : '',
    sizeBytes,
    sha256: lfs !== undefined && /^[0-9a-f]{64}$/.test(lfs.oid) ? lfs.oid : null,
    gitOid: oid !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(oid) ? oid : null,
  };
}

function fetchOver(
  http: Http,
  { access, place, context }: { access: HubAccess; place: HubPlace; context: UpstreamContext },
): typeof fetch {
  let pages = 0;
  return async (input, init) => {
    requireHub(place.repository, context.env);
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    if (++pages > mostPages)
      throw new GgufError('TOO_MANY_FILES', `${place.repository}: the list of its files does not end`, {
        hint: 'Name the files literally in "include": then only they are asked for.',
      });
    return withRetries(
      {
        of: place.repository,
        attempt: async () => {
          const answer = await http.send({
            url,
            method: init?.method === 'POST' ? 'POST' : 'GET',
            token: access.token,
            signal: context.signal,
            headers: {
              accept: 'application/json',
              ...(init?.method === 'POST' ? { 'content-type': 'application/json' } : {}),
            },
            ...(typeof init?.body === 'string' ? { body: init.body } : {}),
          });
          const transient = transientStatus(answer);
          if (transient !== null || answer.status >= 400) {
            await answer.body.dump();
            throw transient ?? hubError(answer, place);
          }
          noticeRename(answer, place, context.report);
          return hubResponse({ ...answer, text: await wholeText(answer, place.repository) }, place);
        },
      },
      context,
    );
  };
}

/** By name: those that `fetch` throws are of another realm where code runs in one of its own. */
const misread: readonly string[] = ['SyntaxError', 'TypeError', 'RangeError'];

function isOfAnswer(error: unknown): boolean {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  return misread.includes(String(name)) || /^malformed response\b/.test(String(message));
}

/** Errors of the client library that are not ours mean an answer it cannot read. */
export async function understood<T>(place: HubPlace, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isOfAnswer(cause)) throw cause;
    throw new GgufError('HUB_UNUSABLE', `${place.repository}: ${place.endpoint} does not answer like a hub`, {
      cause,
      hint: 'See "endpoint" in the source, HF_ENDPOINT, and whether a proxy or a login page is between.',
    });
  }
}
