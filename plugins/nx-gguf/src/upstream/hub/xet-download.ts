import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FileDownloadInfoOutput } from '@huggingface/hub';
import { isGgufError } from '../../core/errors.js';
import { readJson } from '../../core/json/json-reader.js';
import type { Http, HttpAnswer, Token } from '../../transport/http.js';
import type { PartialFile } from '../../transport/partial-file.js';
import type { Take } from '../../transport/rate-limit.js';
import { TransientError } from '../../transport/retry.js';
import { limited, wholeText } from '../../transport/whole-answer.js';
import type { HubPlace } from './hub-errors.js';
import { hubLine } from './hub-words.js';
import { append } from '../received-bytes.js';
import type { UpstreamContext } from '../upstream-context.js';

/** Whether the Xet protocol is still to be used for a file. */
export interface XetUse {
  isWanted: boolean;
  /** Attempts in a row that brought nothing. */
  failures: number;
}

/** What a file of a hub is received with. */
interface XetReceiving {
  http: Http;
  take: Take;
  onBytes: (count: number) => void;
  context: UpstreamContext;
  xet: XetUse;
}

/** Asks a hub to say how a file is had by the Xet protocol in place of redirecting to it. */
export const acceptXet = 'application/vnd.xet-fileinfo+json, */*';

/** The documentation asks clients to have large files told in batches of about this size. */
const batchBytes = 8 * 1024 ** 3;
/** Of each file; four files are received at a time. */
const parallelDownloads = { maxConcurrency: 4, maxInFlightBytes: 64 * 1024 ** 2 };

/** A xorb has at most 64 MiB; what asks for several ranges of it gets headers between them. */
const longestXorbBytes = 128 << 20;
/** Of a batch of a file. */
const longestDescriptionBytes = 32 << 20;

/** One failure can be that of a connection: of several requests at once the first one ends them all. */
const mostFailures = 2;

/** False when the user switched the protocol off, with the variable of the hub's own tools. */
export function isXetAllowed(env: Readonly<Record<string, string | undefined>>): boolean {
  return !/^(1|true|yes|on)$/i.test(env['HF_HUB_DISABLE_XET'] ?? '');
}

/** How a file is had by the Xet protocol, when an answer says that; null for one that is the file. */
function xetInfo(answer: Pick<HttpAnswer, 'status' | 'header'>): FileDownloadInfoOutput | null {
  const isInfo = (answer.header('content-type') ?? '').includes('application/vnd.xet-fileinfo+json');
  if (answer.status >= 300 || !isInfo) return null;
  const link = (rel: string): URL => {
    const [, address = ''] = new RegExp(`<([^>]+)>;\\s*rel="${rel}"`).exec(answer.header('link') ?? '') ?? [];
    if (!/^https?:/.test(address) || !URL.canParse(address))
      throw new TransientError(`the hub names no ${rel} of the file`);
    return new URL(address);
  };
  const size = Number(answer.header('x-linked-size') ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw new TransientError('the hub names no size of the file');
  return {
    size,
    etag: answer.header('x-linked-etag') ?? '',
    url: '',
    xet: {
      hash: answer.header('x-xet-hash') ?? '',
      refreshUrl: link('xet-auth'),
      reconstructionUrl: link('xet-reconstruction-info'),
    },
  };
}

/** The same; an answer that names no places is a failure of the protocol. */
export async function readXetInfo(
  answer: HttpAnswer,
  name: string,
  receiving: Pick<XetReceiving, 'context' | 'xet'>,
): Promise<FileDownloadInfoOutput | null> {
  try {
    return xetInfo(answer);
  } catch (error) {
    await answer.body.dump();
    throw xetFailure(error, { name, hasAdvanced: false }, receiving);
  }
}

/**
 * Receives the rest of a file by the Xet protocol, with the hub's own client over our transport: it goes on at
 * any byte, and who calls this verifies the whole. When nothing comes that way, the file is had over plain
 * HTTP from then on.
 */
export async function receiveXet(
  info: FileDownloadInfoOutput,
  { wanted, part }: { wanted: { name: string; token: Token | null; hub?: HubPlace }; part: PartialFile },
  { http, take, onBytes, context, xet }: XetReceiving,
): Promise<void> {
  const from = part.sizeBytes;
  try {
    const { downloadFile } = await import('@huggingface/hub');
    const blob = await downloadFile({
      repo: { type: wanted.hub?.kind ?? 'model', name: wanted.hub?.repository ?? '' },
      path: wanted.name,
      downloadInfo: info,
      parallelDownloads,
      fetch: fetchOver(http, wanted.token, context.signal),
    });
    if (blob === null) throw new TransientError('the client gives nothing');
    while (part.sizeBytes < info.size) {
      const before = part.sizeBytes;
      const batch = blob.slice(before, Math.min(info.size, before + batchBytes));
      const body = batch.stream() as unknown as AsyncIterable<Uint8Array>;
      await append(body, { wanted, part, total: info.size }, { take, onBytes });
      if (part.sizeBytes === before) throw new TransientError('no bytes came');
    }
  } catch (error) {
    if (isGgufError(error) || context.signal?.aborted === true) throw error;
    throw xetFailure(error, { name: wanted.name, hasAdvanced: part.sizeBytes > from }, { context, xet });
  }
}

/** The error of an attempt; after several that brought nothing the file is had over plain HTTP. */
function xetFailure(
  error: unknown,
  { name, hasAdvanced }: { name: string; hasAdvanced: boolean },
  { context, xet }: Pick<XetReceiving, 'context' | 'xet'>,
): TransientError {
  const reason = hubLine(error instanceof Error ? error.message : String(error));
  xet.failures = hasAdvanced ? 0 : xet.failures + 1;
  if (xet.failures >= mostFailures) {
    xet.isWanted = false;
    context.report({
      type: 'warning',
      message: `${name}: the Xet protocol does not work here (${reason}); it comes over plain HTTP`,
    });
  }
  return new TransientError(`Xet: ${reason}`, { cause: error });
}

/** Bytes are checked when they are there; what says where they are is read as a whole, and within limits. */
async function bodyOf(answer: HttpAnswer): Promise<ReadableStream<Uint8Array> | string> {
  if (!(answer.header('content-type') ?? '').includes('json'))
    return Readable.toWeb(
      Readable.from(limited(answer, 'Xet', longestXorbBytes), { objectMode: false }),
    ) as ReadableStream<Uint8Array>;
  const text = await wholeText(answer, 'Xet', longestDescriptionBytes);
  const read = readJson(text);
  if ('problem' in read) throw new TransientError(`an answer is not taken: ${read.problem}`);
  return text;
}

/** `fetch` over our transport: proxies, limits, and a token that only its own host sees. */
function fetchOver(http: Http, token: Token | null, signal: AbortSignal | undefined): typeof fetch {
  return async (input, init) => {
    const url = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    const headers = new Headers(init?.headers);
    const bearer = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1];
    headers.delete('authorization');
    const answer = await http.send({
      url,
      headers: Object.fromEntries(headers),
      // The client brings the token of the storage itself; the user's is for the hub alone.
      token: bearer === undefined ? token : { origin: new URL(url).origin, value: bearer },
      signal,
    });
    const told = Object.entries(answer.headers).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name, Array.isArray(value) ? value.join(', ') : value] as [string, string]],
    );
    const body = await bodyOf(answer);
    return new Response(body as ConstructorParameters<typeof Response>[0], {
      status: answer.status,
      headers: told,
    });
  };
}
