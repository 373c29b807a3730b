import { GgufError } from '../../core/errors.js';
import { isDeclaredAs } from '../../core/lock-entry.js';
import type { SourceUse } from '../../core/source-use.js';
import type { LockedFile, LockedSource } from '../../core/generated/lock.generated.js';
import type { HuggingFaceSource } from '../../core/generated/source.generated.js';
import type { BlobId } from '../../files/hash-file.js';
import type { WantedFile } from '../download-file.js';
import { downloadFiles } from '../download-files.js';
import { hubFileUrl, hubRepository, type HubFile, type HubRepository } from './hub-client.js';
import { hubAccess } from './hub-endpoint.js';
import { hubError, type HubPlace } from './hub-errors.js';
import type { Token } from '../../transport/http.js';
import { openHttp } from '../../transport/http.js';
import { missingFiles } from '../selection/missing-files.js';
import { literalPaths, selectFiles, type Selected } from '../selection/select-files.js';
import { reportSelection, selectionOf } from '../selection/selection-report.js';
import type { UpstreamContext } from '../upstream-context.js';

/** What a resolution starts from. */
export interface ResolveOptions {
  /**
   * An earlier resolution: it is the answer when commit and files are certain to be the same, else digests of
   * files that it knows by git object id are taken from it.
   */
  previous?: LockedSource | null;
  /** What the files are for; anything when absent. */
  use?: SourceUse;
}

/**
 * The present state of a hub source: its commit, and size and sha256 of each file it takes. The hub knows the
 * digests of files in LFS. The others are small: they are fetched into the store, checked by their git object
 * id, and hashed.
 */
export async function resolveHub(
  source: HuggingFaceSource,
  context: UpstreamContext,
  { previous = null, use = { kind: 'files' } }: ResolveOptions = {},
): Promise<LockedSource> {
  const http = openHttp(context);
  try {
    const repository = await hubRepository(source, http, context);
    const commit = await repository.commit();
    // A commit never changes; what is taken of it by default can.
    const isNamed = source.include !== undefined || use.kind === 'files';
    if (isNamed && previous?.commit === commit && isDeclaredAs(previous, source)) return previous;
    const { files: chosen, choice } = await selected(repository, { source, commit, use }, context);
    const known = new Map(
      (previous?.files ?? []).flatMap(({ gitOid, sha256 }) =>
        gitOid === undefined ? [] : [[gitOid, sha256] as const],
      ),
    );
    const unknown = chosen.filter(({ sha256, gitOid }) => sha256 === null && !known.has(gitOid ?? ''));
    const fetched = await downloadFiles(
      unknown.map((file) => wantedHubFile({ ...repository, commit, file })),
      context,
      http,
    );
    const digests = new Map(unknown.map((file, index) => [file.path, fetched[index]?.sha256]));
    return {
      declared: source,
      commit,
      files: chosen.map((file) =>
        lockedFile(file, file.sha256 ?? digests.get(file.path) ?? known.get(file.gitOid ?? '')),
      ),
      ...selectionOf(choice),
    };
  } finally {
    await http.close();
  }
}

/** Brings the files of a locked hub source into the store. Nothing is listed: the lock says all. */
export async function fetchFromHub(
  source: HuggingFaceSource,
  locked: LockedSource,
  context: UpstreamContext,
): Promise<BlobId[]> {
  return downloadFiles(await lockedHubFiles(source, locked, context.env), context);
}

/** Where the files of a locked hub source are, in the order of the lock. */
export async function lockedHubFiles(
  source: HuggingFaceSource,
  { commit, files }: Pick<LockedSource, 'commit' | 'files'>,
  env: UpstreamContext['env'],
): Promise<WantedFile[]> {
  const { endpoint, token, isOwn } = await hubAccess(source, env);
  const place: HubPlace = {
    endpoint,
    kind: source.kind ?? 'model',
    repository: source.repository,
    revision: commit,
    hasToken: token !== null,
    isForeign: !isOwn,
    isPinned: true,
  };
  return files.map((file) =>
    wantedHubFile({ access: { token }, place, commit, file: { ...file, gitOid: null } }),
  );
}

function wantedHubFile({
  access,
  place,
  commit,
  file,
}: Pick<HubRepository, 'place'> & {
  access: { token: Token | null };
  commit: string;
  file: Pick<HubFile, 'path' | 'sizeBytes' | 'sha256' | 'gitOid'>;
}): WantedFile {
  if (file.sha256 === null && file.gitOid === null)
    throw new GgufError(
      'HUB_UNUSABLE',
      `${place.repository} ${file.path}: ${place.endpoint} names no digest of it`,
      { hint: 'Is this a hub? See "endpoint" and HF_ENDPOINT.' },
    );
  return {
    name: `${place.repository} ${file.path}`,
    url: hubFileUrl(place, commit, file.path),
    token: access.token,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    gitOid: file.sha256 === null ? file.gitOid : null,
    hub: place,
    refused: (answer) => hubError(answer, place, file.path),
  };
}

/** The files that a source takes. Of literal names only those are listed, and all when one of them is missing. */
async function selected(
  repository: HubRepository,
  { source, commit, use }: { source: HuggingFaceSource; commit: string; use: SourceUse },
  { report }: UpstreamContext,
): Promise<Selected<HubFile>> {
  const names = literalPaths(source.include);
  const listed = await repository.files(commit, names);
  const absent = (names ?? []).filter((path) => !listed.some((file) => file.path === path));
  if (absent.length > 0) {
    const there = await repository.files(commit, null).catch(() => listed);
    throw missingFiles(
      absent,
      there.map(({ path }) => path),
      source.repository,
    );
  }
  const found = selectFiles(listed, source, { of: source.repository, use });
  reportSelection(found, report);
  return found;
}

function lockedFile(
  { path, sizeBytes, sha256: lfs, gitOid }: HubFile,
  sha256: string | undefined,
): LockedFile {
  if (sha256 === undefined) throw new Error(`no digest of ${path}`);
  return { path, sizeBytes, sha256, ...(lfs === null && gitOid !== null ? { gitOid } : {}) };
}
