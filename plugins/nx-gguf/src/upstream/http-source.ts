import { GgufError, isGgufError } from '../core/errors.js';
import type { ByteRange, ByteSource } from '../gguf/byte-source.js';
import { follow, unreachable, type HttpAccess } from './follow.js';

/** A file on a web server, read by ranges. */
export interface HttpSource extends ByteSource {
  /** The server's name for this state of the file, if it gives one. */
  readonly etag: string | null;
}

const firstBytes = 256 * 1024;
const largestReadBytes = 64 * 1024 * 1024;
const attempts = 3;

/**
 * Opens a file at an http(s) URL for reads at any place; each read is one ranged request of at most 64 MiB. The first also
 * tells the size, and its bytes are kept for the read that wants them.
 * @throws GgufError `URL_UNUSABLE`, `HTTP_UNREACHABLE`, `HTTP_BUSY`, `HTTP_FAILED`, `HTTP_NO_RANGES`, `HTTP_REDIRECTS`,
 * `UPSTREAM_CHANGED` or `INTERRUPTED`.
 */
export async function openHttpSource(url: string, access: HttpAccess): Promise<HttpSource> {
  const first = await ranged(url, { offset: 0, length: firstBytes }, access);
  const { sizeBytes, etag } = first;
  return {
    sizeBytes,
    etag,
    read: async (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > sizeBytes) throw new RangeError(`no bytes ${offset} to ${offset + length}`);
      const kept = first.bytes.subarray(offset, offset + length);
      if (kept.length === length) return kept;
      if (length > largestReadBytes) throw new RangeError(`a read of ${length} bytes is larger than ${largestReadBytes}`);
      const read = await ranged(url, { offset, length }, access);
      if (read.sizeBytes !== sizeBytes || read.etag !== etag) throw new GgufError('UPSTREAM_CHANGED', `${url} changed while it was read`, { hint: 'Run again; a URL that names a revision does not change.' });
      return read.bytes;
    },
  };
}

interface Ranged {
  bytes: Uint8Array;
  sizeBytes: number;
  etag: string | null;
}

async function ranged(url: string, range: ByteRange, access: HttpAccess): Promise<Ranged> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(url, range, access);
    } catch (error) {
      if (access.signal?.aborted === true) throw new GgufError('INTERRUPTED', `reading ${url} was interrupted`);
      if (attempt === attempts || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
    }
  }
}

async function once(url: string, { offset, length }: ByteRange, access: HttpAccess): Promise<Ranged> {
  const response = await follow(url, { 'range': `bytes=${offset}-${offset + length - 1}`, 'accept-encoding': 'identity' }, access);
  try {
    if (response.status !== 206) throw statusError(url, response);
    const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.map(Number) ?? [];
    const isAsked = from === offset && to !== undefined && total !== undefined && Number.isSafeInteger(total) && to === Math.min(offset + length, total) - 1;
    if (!isAsked || (response.headers.get('content-encoding') ?? 'identity') !== 'identity') throw noRanges(url, `it answers with '${response.headers.get('content-range') ?? 'no content-range'}'`);
    return { bytes: await exactly(response, to - offset + 1, url), sizeBytes: total, etag: response.headers.get('etag') };
  } finally {
    // What is not read yet would keep the connection busy.
    await response.body?.cancel().catch(() => undefined);
  }
}

async function exactly(response: Response, length: number, url: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  try {
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      if (done + part.length > length) throw noRanges(url, `it sends more than the ${length} bytes that were asked for`);
      bytes.set(part, done);
      done += part.length;
    }
  } catch (error) {
    throw isGgufError(error) ? error : unreachable(url, error);
  }
  if (done < length) throw unreachable(url, new Error(`the connection ended after ${done} of ${length} bytes`));
  return bytes;
}

function statusError(url: string, { status, statusText }: Response): GgufError {
  if (status === 200) return noRanges(url, 'it answers with the whole file');
  if (status >= 500 || status === 429 || status === 408) return new GgufError('HTTP_BUSY', `${url}: ${status} ${statusText}`, { hint: 'The server failed, also when asked again. Try later.' });
  const hint = status === 401 || status === 403 ? 'The file is private or gated: set HF_TOKEN for the Hugging Face hub.' : status === 416 ? 'The file is empty.' : 'Check the URL.';
  return new GgufError('HTTP_FAILED', `${url}: ${status} ${statusText}`, { hint });
}

function noRanges(url: string, reason: string): GgufError {
  return new GgufError('HTTP_NO_RANGES', `${url}: the server does not serve parts of files: ${reason}`, { hint: 'Download the file and name its path.' });
}

function isTransient(error: unknown): boolean {
  return isGgufError(error) && ['HTTP_UNREACHABLE', 'HTTP_BUSY'].includes(error.code);
}
