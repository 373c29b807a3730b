import { GgufError, isGgufError } from '../core/errors.js';
import { adoptHashed, findBlob } from '../store/blobs.js';
import type { BlobId } from '../files/hash-file.js';
import { partialPath } from '../store/downloads.js';
import { fileState } from '../files/file-state.js';
import { withLock } from '../store/lock.js';
import type { StoreLayout } from '../store/layout.js';
import type { Http, HttpAnswer, Token } from '../transport/http.js';
import { discardPartial, openPartial, type PartialFile } from '../transport/partial-file.js';
import type { Take } from '../transport/rate-limit.js';
import { TransientError, withRetries } from '../transport/retry.js';
import { limited } from '../transport/whole-answer.js';
import { endOf, rangeHeader, sizeMismatch, totalOf, unusable } from './answered-range.js';
import type { HubPlace } from './hub/hub-errors.js';
import { append } from './received-bytes.js';
import { requireSpace } from './space.js';
import { watchTransfer, type TransferWatch } from './transfer-watch.js';
import { noticeRename } from './hub/renamed-repository.js';
import type { UpstreamContext } from './upstream-context.js';
import { acceptXet, isXetAllowed, readXetInfo, receiveXet, type XetUse } from './hub/xet-download.js';

/** A file to bring: where from, and by what its bytes are known. At least one digest is given. */
export interface WantedFile {
  /** For messages. */
  name: string;
  url: string;
  token: Token | null;
  sizeBytes: number | null;
  sha256: string | null;
  gitOid: string | null;
  /** The repository on a hub that it is of. */
  hub?: HubPlace;
  /** The error of an answer that will not get better. */
  refused: (answer: HttpAnswer) => GgufError;
}

/** What downloads share. */
export interface Downloads {
  http: Http;
  take: Take;
  /** Called with the number of bytes that came, negative when bytes were discarded. */
  onBytes: (count: number) => void;
  context: UpstreamContext;
}

const progressBytes = 1 << 20;

/**
 * Brings one file into the store: goes on where an earlier attempt or a killed process stopped, verifies the
 * digest, and only then publishes the blob. Bytes of another digest are discarded, and fetched once more from
 * the start.
 * @throws GgufError `DIGEST_MISMATCH`, `SIZE_MISMATCH`, `ANSWER_TOO_LARGE`, `DOWNLOAD_FAILED`, `INTERRUPTED`, or that of a
 *   refusal
 */
export async function downloadFile(wanted: WantedFile, downloads: Downloads): Promise<BlobId> {
  const { store, signal, report } = downloads.context;
  const path = partialPath(store, wanted);
  return withLock(
    path,
    async () => {
      const present = await presentBlob(wanted, store);
      if (present !== null) return present;
      const xet: XetUse = { isWanted: isXetAllowed(downloads.context.env), failures: 0 };
      const first = await receive(wanted, path, { ...downloads, xet });
      if (first.id !== null) return first.id;
      xet.isWanted = false;
      report({
        type: 'warning',
        message: `${wanted.name}: ${first.problem}; these bytes are discarded and fetched again`,
      });
      const second = await receive(wanted, path, { ...downloads, xet });
      if (second.id !== null) return second.id;
      throw new GgufError('DIGEST_MISMATCH', `${wanted.name}: ${second.problem}`, {
        hint: 'Nothing of it was kept. The server, or something between, does not give the bytes that were pinned; when they were replaced on purpose, pin the new ones with `nx g nx-gguf:update`.',
      });
    },
    {
      ...(signal === undefined ? {} : { signal }),
      onWait: () => {
        report({ type: 'step', message: `waiting for another process that downloads ${wanted.name}` });
      },
    },
  );
}

/** The file's bytes when the store has them already, from whichever source. */
export async function presentBlob(
  { sha256, sizeBytes }: Pick<WantedFile, 'sha256' | 'sizeBytes'>,
  store: StoreLayout,
): Promise<BlobId | null> {
  if (sha256 === null) return null;
  const expected = sizeBytes ?? (await fileState(store.blob(sha256)))?.sizeBytes ?? null;
  if (expected === null || (await findBlob(store, { sha256, sizeBytes: expected })) === null) return null;
  return { sha256, sizeBytes: expected };
}

/** What one file is received with. */
type Receiving = Downloads & { xet: XetUse };

type Received = { id: BlobId; problem: '' } | { id: null; problem: string };

async function receive(wanted: WantedFile, path: string, downloads: Receiving): Promise<Received> {
  const part = await openPartial(
    path,
    { sizeBytes: wanted.sizeBytes, gitOidLength: wanted.gitOid?.length ?? null },
    downloads.context.signal,
  );
  let reachedBytes = part.sizeBytes;
  let id: BlobId;
  try {
    await withRetries(
      {
        of: wanted.name,
        attempt: () => transfer(wanted, part, downloads),
        advanced: () => {
          const hasAdvanced = part.sizeBytes >= reachedBytes + progressBytes;
          reachedBytes = Math.max(reachedBytes, part.sizeBytes);
          return hasAdvanced;
        },
      },
      downloads.context,
    );
    const { sha256, gitOid } = await part.digests();
    const [expected, actual] = wanted.sha256 === null ? [wanted.gitOid, gitOid] : [wanted.sha256, sha256];
    if (expected !== actual) {
      await discardPartial(path);
      downloads.onBytes(-part.sizeBytes);
      return {
        id: null,
        problem: `its ${wanted.sha256 === null ? 'git object id' : 'sha256'} is ${actual ?? 'unknown'} instead of ${expected ?? 'known'}`,
      };
    }
    await part.sync();
    id = { sha256, sizeBytes: part.sizeBytes };
  } finally {
    await part.close();
  }
  await adoptHashed(downloads.context.store, path, id);
  return { id, problem: '' };
}

/** Asks for what is missing, part by part, until all is there. */
async function transfer(wanted: WantedFile, part: PartialFile, downloads: Receiving): Promise<void> {
  if (wanted.sizeBytes !== null && part.sizeBytes === wanted.sizeBytes) return;
  // Of an unknown size: one that was killed between the last byte and its adoption is complete all the same.
  if (wanted.sizeBytes === null && part.sizeBytes > 0 && (await part.digests()).sha256 === wanted.sha256)
    return;
  const watch = watchTransfer(downloads.context.settings, downloads.context.signal);
  try {
    for (let total: number | null = null; total === null || part.sizeBytes < total;) {
      total = await receivePart(wanted, part, { ...downloads, watch });
      if (total === null) return;
    }
  } finally {
    watch.stop();
  }
}

/**
 * Receives the answer to one request; the size of the whole file, or null when it is complete and of unknown
 * size.
 */
async function receivePart(
  wanted: WantedFile,
  part: PartialFile,
  downloads: Receiving & { watch: TransferWatch },
): Promise<number | null> {
  const { http, onBytes, context, xet, watch } = downloads;
  const from = part.sizeBytes;
  const restart = async (): Promise<void> => {
    onBytes(-part.sizeBytes);
    await part.restart();
  };
  const answer = await http.send({
    url: wanted.url,
    token: wanted.token,
    signal: watch.signal,
    headers: {
      ...rangeHeader(from, wanted.sizeBytes, context.settings.largestAnswerBytes),
      ...(xet.isWanted && wanted.hub !== undefined ? { accept: acceptXet } : {}),
    },
  });
  if (wanted.hub !== undefined) noticeRename(answer, wanted.hub, context.report);
  const info = await readXetInfo(answer, wanted.name, downloads);
  if (info !== null) {
    await answer.body.dump();
    if (wanted.sizeBytes !== null && info.size !== wanted.sizeBytes)
      throw sizeMismatch(wanted.name, String(info.size), wanted.sizeBytes);
    await receiveXet(info, { wanted, part }, downloads);
    return info.size;
  }
  if (answer.status === 416 && from === 0 && /\/0$/.test(answer.header('content-range') ?? '')) {
    await answer.body.dump();
    return 0;
  }
  const problem = unusable(answer, { wanted, from });
  if (problem === 'restart') {
    await answer.body.dump();
    await restart();
    throw new TransientError('the server does not go on where it stopped; starting again');
  }
  if (problem !== null) {
    await answer.body.dump();
    throw problem;
  }
  if (answer.status === 200 && from > 0) await restart();
  const total = wanted.sizeBytes ?? totalOf(answer);
  if (wanted.sizeBytes === null) await requireSpace((total ?? 0) - part.sizeBytes, context.store);
  const { body, url } = answer;
  const { largestAnswerBytes } = context.settings;
  // Of a file of unknown size more was not asked for.
  const bytes = total === null ? limited({ body, url }, wanted.name, largestAnswerBytes) : body;
  await append(bytes, { wanted, part, total }, downloads).catch(async (error: unknown) => {
    if (isGgufError(error) && error.code === 'ANSWER_TOO_LARGE') await restart();
    throw error;
  });
  const isPartEnd = answer.status === 206 && part.sizeBytes > from && part.sizeBytes === endOf(answer);
  if (total !== null && part.sizeBytes < total && !isPartEnd)
    throw new TransientError(`the connection ended after ${part.sizeBytes} of ${total} bytes`);
  return total;
}
