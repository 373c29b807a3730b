import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Content } from './hub-content.js';
import type { Exchange, Fault, HubCommit, Reply } from './hub-types.js';

/** Sends content, or the range of it that is asked for. */
export async function serveContent(
  { request, response, seen, fault }: Exchange,
  content: Content,
  etag: string,
): Promise<Reply | null> {
  const range = fault?.ignoresRange === true ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const last = range?.[2] ?? '';
  const to = last === '' ? content.sizeBytes : Math.min(content.sizeBytes, Number(last) + 1);
  const headers = { etag: `"${etag}"`, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  if (range !== null && from >= content.sizeBytes)
    return {
      status: 416,
      body: null,
      headers: { ...headers, 'content-range': `bytes */${content.sizeBytes}` },
    };
  response.writeHead(range === null ? 200 : 206, {
    ...headers,
    'content-length': to - from,
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to - 1}/${content.sizeBytes}` }),
  });
  response.flushHeaders();
  const isWhole =
    request.method === 'HEAD' || (await sendBytes({ response, seen, fault }, content.read(from, to), from));
  if (isWhole) response.end();
  return null;
}

/** Sends the pieces as far as the fault lets it; true when all were sent. */
async function sendBytes(
  { response, seen, fault }: Pick<Exchange, 'response' | 'seen' | 'fault'>,
  pieces: Iterable<Buffer>,
  from: number,
): Promise<boolean> {
  let at = from;
  for (const piece of pieces) {
    if (fault?.slowMs !== undefined) await sleep(fault.slowMs);
    const bytes = damaged(piece, at, fault);
    const allowed = Math.max(
      0,
      Math.min(bytes.length, Math.min(fault?.truncateAt ?? Infinity, fault?.stallAt ?? Infinity) - at),
    );
    seen.sentBytes += allowed;
    if (!response.write(bytes.subarray(0, allowed))) await drained(response);
    if (response.destroyed) return false;
    if (allowed < bytes.length) {
      // Truncation is noticed after what was sent; a stall says nothing at all.
      if (fault?.truncateAt !== undefined) setTimeout(() => response.destroy(), 50);
      return false;
    }
    at += bytes.length;
  }
  return true;
}

/** Waits until the connection takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function damaged(piece: Buffer, at: number, fault: Fault | undefined): Buffer {
  const place = (fault?.corruptAt ?? -1) - at;
  if (place < 0 || place >= piece.length) return piece;
  const bytes = Buffer.from(piece);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0xff, place);
  return bytes;
}

/** An answer that says what is wrong. */
export function failure(status: number, code: string, ...[message, commit]: [string, HubCommit?]): Reply {
  return {
    status,
    body: { error: message },
    headers: {
      'x-error-code': code,
      'x-error-message': message,
      ...(commit === undefined ? {} : { 'x-repo-commit': commit.sha }),
    },
  };
}

/** Sends an answer. */
export function send({ request, response }: Exchange, { status, body, headers }: Reply): void {
  const text = body === null ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** The body of a request as text. */
export async function bodyText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}
