import { GgufError } from '../core/errors.js';
import { adoptHashed, findBlob } from '../store/blobs.js';
import type { BlobId } from '../files/hash-file.js';
import { partialPath } from '../store/downloads.js';
import { fileState } from '../files/file-state.js';
import { withLock } from '../store/lock.js';
import type { StoreLayout } from '../store/layout.js';
import { transientStatus, type Http, type HttpAnswer, type Token } from '../transport/http.js';
import { discardPartial, openPartial, type PartialFile } from '../transport/partial-file.js';
import type { Take } from '../transport/rate-limit.js';
import { TransientError, withRetries } from '../transport/retry.js';
import type { UpstreamContext } from './upstream-context.js';

/** A file to bring: where from, and by what its bytes are known. At least one digest is given. */
export interface WantedFile {
  /** For messages. */
  name: string;
  url: string;
  token: Token | null;
  sizeBytes: number | null;
  sha256: string | null;
  gitOid: string | null;
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
 * @throws GgufError `DIGEST_MISMATCH`, `SIZE_MISMATCH`, `DOWNLOAD_FAILED`, `INTERRUPTED`, or that of a
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
      const first = await receive(wanted, path, downloads);
      if (first.id !== null) return first.id;
      report({
        type: 'warning',
        message: `${wanted.name}: ${first.problem}; these bytes are discarded and fetched again`,
      });
      const second = await receive(wanted, path, downloads);
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

type Received = { id: BlobId; problem: '' } | { id: null; problem: string };

async function receive(wanted: WantedFile, path: string, downloads: Downloads): Promise<Received> {
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

async function transfer(
  wanted: WantedFile,
  part: PartialFile,
  { http, take, onBytes, context }: Downloads,
): Promise<void> {
  if (wanted.sizeBytes !== null && part.sizeBytes === wanted.sizeBytes) return;
  // Of an unknown size: one that was killed between the last byte and its adoption is complete all the same.
  if (wanted.sizeBytes === null && part.sizeBytes > 0 && (await part.digests()).sha256 === wanted.sha256)
    return;
  const from = part.sizeBytes;
  const restart = async (): Promise<void> => {
    onBytes(-part.sizeBytes);
    await part.restart();
  };
  const answer = await http.send({
    url: wanted.url,
    token: wanted.token,
    signal: context.signal,
    headers: from === 0 ? {} : { range: `bytes=${from}-` },
  });
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
  const total = wanted.sizeBytes ?? lengthOf(answer);
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    if (total !== null && part.sizeBytes + chunk.length > total)
      throw sizeMismatch(wanted.name, 'more', total);
    await take(chunk.length);
    await part.append(chunk);
    onBytes(chunk.length);
  }
  if (total !== null && part.sizeBytes < total)
    throw new TransientError(`the connection ended after ${part.sizeBytes} of ${total} bytes`);
}

/**
 * Why an answer's body is not what was asked for: an error, or `restart` when bytes do not join those
 * received.
 */
function unusable(
  answer: HttpAnswer,
  { wanted, from }: { wanted: WantedFile; from: number },
): GgufError | TransientError | 'restart' | null {
  const { status } = answer;
  if (status === 206 && from > 0) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
    const total = range?.[2];
    if (range === null || Number(range[1]) !== from) return 'restart';
    return total !== undefined &&
      total !== '*' &&
      wanted.sizeBytes !== null &&
      Number(total) !== wanted.sizeBytes
      ? sizeMismatch(wanted.name, total, wanted.sizeBytes)
      : null;
  }
  if (status === 200) {
    const length = lengthOf(answer);
    const isOther = length !== null && wanted.sizeBytes !== null && length !== wanted.sizeBytes;
    return isOther ? sizeMismatch(wanted.name, String(length), wanted.sizeBytes ?? 0) : null;
  }
  if (status === 416) return 'restart';
  if (status < 400) return new TransientError(`the server answered ${status}`);
  const transient = transientStatus(answer);
  if (transient !== null) return transient;
  // A second host refuses addresses that have expired; the next attempt gets a new one.
  if ((status === 401 || status === 403) && answer.url.origin !== new URL(wanted.url).origin)
    return new TransientError(`${answer.url.host} answered ${status}`);
  return wanted.refused(answer);
}

function lengthOf(answer: HttpAnswer): number | null {
  const length =
    Number(answer.header('content-length') ?? Number.NaN) +
    (answer.status === 206
      ? Number(/^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1] ?? 0)
      : 0);
  return Number.isSafeInteger(length) ? length : null;
}

function sizeMismatch(name: string, actual: string, expected: number): GgufError {
  return new GgufError('SIZE_MISMATCH', `${name}: the server has ${actual} bytes instead of ${expected}`, {
    hint: 'The file is not the one that was pinned. When it was replaced on purpose, pin the new one with `nx g nx-gguf:update`.',
  });
}
