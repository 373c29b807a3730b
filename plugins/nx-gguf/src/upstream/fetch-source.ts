import { fileAddress } from '../core/hub-address.js';
import type { SourceUse } from '../core/source-use.js';
import type { LockedSource } from '../core/generated/lock.generated.js';
import type { GitSource, HuggingFaceSource, UrlSource } from '../core/generated/source.generated.js';
import type { BlobId } from '../files/hash-file.js';
import { refusal } from './addressed-file.js';
import { downloadFiles } from './download-files.js';
import { shownUrl } from '../transport/http.js';
import { hubEndpoint } from './hub/hub-endpoint.js';
import { fetchFromGit, resolveGit } from './git/resolve-git.js';
import { fetchFromHub, resolveHub } from './hub/resolve-hub.js';
import type { UpstreamContext } from './upstream-context.js';

/** Sources whose files are pinned by a lock. */
export type LockableSource = HuggingFaceSource | GitSource;

/** The present state of a lockable source: which files it takes follows from their use. */
export async function resolveSource(
  source: LockableSource,
  options: { projectDir: string; previous: LockedSource | null; use: SourceUse },
  context: UpstreamContext,
): Promise<LockedSource> {
  context.report({
    type: 'step',
    message: `looking up ${source.type === 'git' ? source.url : `${source.repository} at ${source.revision ?? 'main'}`}`,
  });
  return source.type === 'git' ? resolveGit(source, options, context) : resolveHub(source, context, options);
}

/** Brings the files of a locked source into the store; those it has are not fetched. */
export async function fetchLocked(
  source: LockableSource,
  { locked, projectDir }: { locked: LockedSource; projectDir: string },
  context: UpstreamContext,
): Promise<BlobId[]> {
  return source.type === 'git'
    ? fetchFromGit(source, locked, { projectDir, context })
    : fetchFromHub(source, locked, context);
}

/** Brings the file of an address into the store, by its digest. */
export async function fetchUrl(source: UrlSource, context: UpstreamContext): Promise<BlobId[]> {
  const name = shownUrl(source.url);
  return downloadFiles(
    [
      {
        name,
        url: fileAddress(source.url, [new URL(hubEndpoint({}, context.env)).origin]),
        token: null,
        sizeBytes: null,
        sha256: source.sha256,
        gitOid: null,
        refused: (answer) => refusal(name, answer),
      },
    ],
    context,
  );
}
