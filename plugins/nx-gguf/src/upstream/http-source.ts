import { GgufError } from '../core/errors.js';
import type { ByteRange, ByteSource } from '../gguf/byte-source.js';
import type { WantedFile } from './download-file.js';
import { openHttp, transientStatus, type Http, type HttpAnswer } from '../transport/http.js';
import { noticeRename } from './hub/renamed-repository.js';
import { requireOnline } from './offline.js';
import { TransientError, withRetries } from '../transport/retry.js';
import type { UpstreamContext } from './upstream-context.js';

/** A file on a web server of which only parts are wanted. */
export type RangedFile = Pick<WantedFile, 'name' | 'url' | 'token' | 'refused' | 'hub'>;

/** What reading parts of files needs from the process it runs in. */
export type RangedContext = Omit<UpstreamContext, 'store'>;

const firstBytes = 256 * 1024;
const largestReadBytes = 64 * 1024 * 1024;

/**
 * Runs work that reads a file on a web server at any place; each read is one ranged request of at most 64
 * MiB, retried as downloads are. The first also tells the size, and its bytes are kept for the read that
 * wants them.
 * @throws GgufError `HTTP_NO_RANGES`, `UPSTREAM_CHANGED`, `DOWNLOAD_FAILED`, `REDIRECT_REFUSED`, `OFFLINE`,
 *   `INTERRUPTED`, or that of a refusal
 */
export async function withHttpSource<T>(
  file: RangedFile,
  context: RangedContext,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  requireOnline([file], context.env);
  const http = openHttp(context);
  try {
    return await work(await openRanged(file, http, context));
  } finally {
    await http.close();
  }
}

async function openRanged(file: RangedFile, http: Http, context: RangedContext): Promise<ByteSource> {
  const ranged = (range: ByteRange): Promise<Ranged> =>
    withRetries({ of: file.name, attempt: () => once(file, range, { http, context }) }, context);
  const first = await ranged({ offset: 0, length: firstBytes });
  const { sizeBytes, etag } = first;
  return {
    name: file.name,
    sizeBytes,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > sizeBytes)
        throw new RangeError(`no bytes ${offset} to ${offset + length}`);
      const kept = first.bytes.subarray(offset, offset + length);
      if (kept.length === length) return kept;
      if (length > largestReadBytes)
        throw new RangeError(`a read of ${length} bytes is larger than ${largestReadBytes}`);
      const read = await ranged({ offset, length });
      if (read.sizeBytes !== sizeBytes || read.etag !== etag)
        throw new GgufError('UPSTREAM_CHANGED', `${file.name} changed while it was read`, {
          hint: 'Run again; an address that names a revision does not change.',
        });
      return read.bytes;
    },
  };
}

interface Ranged {
  bytes: Uint8Array;
  sizeBytes: number;
  /** The server's name for this state of the file, if it gives one. */
  etag: string | null;
}

async function once(
  file: RangedFile,
  { offset, length }: ByteRange,
  { http, context: { signal, report } }: { http: Http; context: RangedContext },
): Promise<Ranged> {
  const answer = await http.send({
    url: file.url,
    token: file.token,
    signal,
    headers: { range: `bytes=${offset}-${offset + length - 1}` },
  });
  try {
    if (answer.status !== 206) throw statusError(file, answer);
    if (file.hub !== undefined) noticeRename(answer, file.hub, report);
    const [, from, to, total] =
      /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.header('content-range') ?? '')?.map(Number) ?? [];
    const isAsked =
      from === offset &&
      to !== undefined &&
      total !== undefined &&
      Number.isSafeInteger(total) &&
      to === Math.min(offset + length, total) - 1;
    if (!isAsked || (answer.header('content-encoding') ?? 'identity') !== 'identity')
      throw noRanges(
        file,
        `it answers with '${(answer.header('content-range') ?? 'no content-range').slice(0, 100)}'`,
      );
    return {
      bytes: await exactly(answer, to - offset + 1, file),
      sizeBytes: total,
      etag: answer.header('etag') ?? null,
    };
  } finally {
    // An unread body would keep the connection busy.
    await answer.body.dump().catch(() => undefined);
  }
}

async function exactly(answer: HttpAnswer, length: number, file: RangedFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    if (done + part.length > length)
      throw noRanges(file, `it sends more than the ${length} bytes that were asked for`);
    bytes.set(part, done);
    done += part.length;
  }
  if (done < length) throw new TransientError(`the connection ended after ${done} of ${length} bytes`);
  return bytes;
}

function statusError(file: RangedFile, answer: HttpAnswer): Error {
  if (answer.status === 200) return noRanges(file, 'it answers with the whole file');
  if (answer.status === 416) return new GgufError('FILE_EMPTY', `${file.name}: the file is empty`);
  return transientStatus(answer) ?? file.refused(answer);
}

function noRanges({ name }: RangedFile, reason: string): GgufError {
  return new GgufError('HTTP_NO_RANGES', `${name}: the server does not serve parts of files: ${reason}`, {
    hint: 'Download the file and name its path.',
  });
}
