import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GgufError } from 'nx-gguf/store';
import type { Pace } from '../cache/receive.js';
import { onceClosed } from './closed.js';
import { watchReader } from './reader-pace.js';

/** The answer to a request. A body of unknown size gets no `Content-Length`. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
}

/** Closes what an answer that is not sent would have been read from. */
export function destroyBody({ body = '' }: Answer): void {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) body.destroy();
}

/**
 * A body that nobody wants any more is read and thrown away up to this size, so that its sender sees the
 * answer.
 */
const drainedBytes = 64 << 20;
const lingerMs = 2000;

/**
 * Sends an answer; `onBytes` gets the size of each piece of its body. Ends when all of it was handed to the
 * system, or the connection is gone. What is left of the request's body may take as long as the pace is
 * measured over.
 * @throws GgufError `TOO_SLOW` when it is not taken at the pace
 */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, onBytes, pace }: { answer: Answer; onBytes: (count: number) => void; pace: Pace },
): Promise<void> {
  const { status, headers = {}, body = '' } = answer;
  closeAfterUnreadBody(request, response, pace.overSeconds * 1000);
  const late: GgufError[] = [];
  const watch = watchReader(response, pace, {
    onLate: () => {
      late.push(
        new GgufError(
          'TOO_SLOW',
          `the answer is taken slower than ${pace.leastBytesPerSecond} bytes a second`,
        ),
      );
      response.destroy();
    },
  });
  const gone = new AbortController();
  const forget = onceClosed(request.socket, () => gone.abort());
  const sent = (count: number): void => {
    watch.sent(count);
    onBytes(count);
  };
  try {
    if (typeof body === 'string' || Buffer.isBuffer(body)) {
      const length = headers['Content-Length'] ?? String(Buffer.byteLength(body));
      const isBare = status === 204 || status === 304;
      response.writeHead(status, isBare ? headers : { ...headers, 'Content-Length': length });
      const isEmpty = request.method === 'HEAD' || isBare;
      if (!isEmpty) sent(Buffer.byteLength(body));
      await new Promise<void>((resolve) => {
        response.once('finish', resolve).once('close', resolve);
        gone.signal.addEventListener('abort', () => resolve(), { once: true });
        response.end(isEmpty ? '' : body);
      });
    } else {
      response.writeHead(status, headers);
      body.on('data', (chunk: Buffer) => sent(chunk.length));
      await pipeline(body, response, { signal: gone.signal });
    }
  } catch (error) {
    throw late[0] ?? error;
  } finally {
    forget();
    watch.end();
  }
  if (late[0] !== undefined) throw late[0];
}

/**
 * A connection on which a body is still to come that nobody will read is of no further use, or not for long.
 */
function closeAfterUnreadBody(request: IncomingMessage, response: ServerResponse, drainMs: number): void {
  if (request.complete) return;
  const isAwaitingContinue = request.headers.expect !== undefined && !continued.has(request);
  const isDrained =
    !isAwaitingContinue && Number(request.headers['content-length'] ?? Infinity) <= drainedBytes;
  if (!isDrained) response.setHeader('Connection', 'close');
  response.once('finish', () => {
    const timer = setTimeout(
      () => (isDrained && request.complete ? undefined : request.socket.destroy()),
      isDrained ? drainMs : lingerMs,
    ).unref();
    if (isDrained) request.once('end', () => clearTimeout(timer));
  });
}

const continued = new WeakSet<IncomingMessage>();

/** Tells a client that waits with its body (`Expect: 100-continue`) that it is wanted. */
export function welcomeBody(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.expect === undefined || continued.has(request)) return;
  continued.add(request);
  response.writeContinue();
}
