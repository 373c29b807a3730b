import { readdir, rm, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Published, PublishedFile } from '../core/generated/published.generated.js';
import { gitBlobOid } from '../core/digest.js';
import { systemErrorCode } from '../core/errors.js';
import { changesOf, type PresentFile } from '../publication/upload-plan.js';
import { readRecord, recordFile, recordText } from '../publication/record.js';
import { makeDirectory, syncDirectory, writeDurably } from '../files/durable.js';
import { hashSettled } from '../files/hash-settled.js';
import { placeForGood } from '../store/place-for-good.js';
import { isAbandoned } from '../files/temporary.js';
import { readSmallFile, readSmallText } from '../files/small-file.js';
import { interrupted } from '../transport/retry.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import { contentOf, type SentContent } from './sent-content.js';
import type { DestinationRequest, DestinationSession, OpenDestination, Publication } from './session.js';

/**
 * A directory: files come to their places by renames, so each holds the old bytes or the new ones at any
 * moment.
 */
export function directoryDestination(
  directory: string,
  shown: string,
  options: { request: DestinationRequest; context: UpstreamContext },
): OpenDestination {
  return async (work) => work(await openSession(directory, shown, options));
}

async function openSession(
  directory: string,
  shown: string,
  { request, context }: { request: DestinationRequest; context: UpstreamContext },
): Promise<DestinationSession> {
  const record = await readSmallText(join(directory, recordFile)).then(readRecord, nullWhenAbsent);
  const paths = await filesBelow(directory);
  const files: PresentFile[] = [];
  for (const path of paths ?? [])
    files.push(
      await presentFile(directory, path, {
        known: [...request.wanted, ...(record?.files ?? [])].filter((file) => file.path === path),
        context,
      }),
    );
  return {
    present: { destination: shown, exists: paths !== null, files, record },
    apply: async (publication) => {
      await apply(directory, publication, { record, wanted: request.wanted, context });
      return null;
    },
  };
}

async function filesBelow(directory: string): Promise<string[] | null> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(nullWhenAbsent);
  if (entries === null) return null;
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !(await isAbandoned(path)))
      paths.push(relative(directory, path).split(sep).join('/'));
  }
  return paths;
}

/**
 * A file with its digest where that matters: it has the size of a file that is wanted there, or was published
 * there. It is read each time, a link to a blob as well: what is kept there is right, whatever a disk did.
 */
async function presentFile(
  directory: string,
  path: string,
  { known, context }: { known: readonly PublishedFile[]; context: UpstreamContext },
): Promise<PresentFile> {
  const place = join(directory, path);
  const { size } = await stat(place).catch(() => ({ size: 0 }));
  const candidates = path === recordFile ? [] : known.filter(({ sizeBytes }) => sizeBytes === size);
  if (path === recordFile)
    return { path, sizeBytes: size, sha256: null, gitOid: gitBlobOid(await readSmallFile(place)) };
  if (candidates.length === 0) return { path, sizeBytes: size, sha256: null, gitOid: null };
  let read = 0;
  const onBytes = (count: number): void => {
    read += count;
    context.report({ type: 'progress', label: `comparing ${path}`, done: read, total: size, unit: 'bytes' });
  };
  const hashed = await hashSettled(place, { onBytes });
  return { path, sizeBytes: size, sha256: hashed?.sha256 ?? null, gitOid: null };
}

async function apply(
  directory: string,
  { plan, contents, recordText: text }: Publication,
  {
    record,
    wanted,
    context,
  }: { record: Published | null; wanted: readonly PublishedFile[]; context: UpstreamContext },
): Promise<void> {
  const changes = changesOf(plan).filter(({ path }) => path !== recordFile);
  await makeDirectory(directory);
  // Until all is done the record names the old files and the new ones: whatever is there is known for ours.
  await writeDurably(join(directory, recordFile), recordText([...(record?.files ?? []), ...wanted]));
  let done = 0;
  for (const file of changes) {
    const { path, action } = file;
    if (context.signal?.aborted === true) throw interrupted(plan.destination);
    context.report({
      type: 'progress',
      label: `writing ${plan.destination}`,
      done,
      total: changes.length,
      unit: 'files',
    });
    const place = join(directory, path);
    if (action === 'delete') await rm(place, { force: true });
    else await write(place, contentOf(contents, file), context);
    done++;
  }
  await writeDurably(join(directory, recordFile), text);
}

async function write(
  place: string,
  content: SentContent,
  { store }: Pick<UpstreamContext, 'store'>,
): Promise<void> {
  if ('text' in content) return writeDurably(place, content.text);
  await makeDirectory(join(place, '..'));
  await placeForGood(store, content, place);
  await syncDirectory(join(place, '..'));
}

function nullWhenAbsent(error: unknown): null {
  if (systemErrorCode(error) === 'ENOENT') return null;
  throw error;
}
