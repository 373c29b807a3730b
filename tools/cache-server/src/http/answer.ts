import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The answer to a request. A body of unknown size gets no `Content-Length`. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer | Readable;
}

/**
 * A body that nobody wants any more is read and thrown away up to this size, so that its sender sees the
 * answer.
 */
const drainedBytes = 64 << 20;
const lingerMs = 2000;

/**
 * Sends an answer; `onBytes` gets the size of each piece of its body. Ends when all of it was handed to the
 * system. What is left of the request's body may take `drainMs`.
 */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, onBytes, drainMs }: { answer: Answer; onBytes: (count: number) => void; drainMs: number },
): Promise<void> {
  const { status, headers = {}, body = '' } = answer;
  closeAfterUnreadBody(request, response, drainMs);
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    const length = headers['Content-Length'] ?? String(Buffer.byteLength(body));
    response.writeHead(
      status,
      status === 204 || status === 304 ? headers : { ...headers, 'Content-Length': length },
    );
    const isEmpty = request.method === 'HEAD' || status === 204 || status === 304;
    if (!isEmpty) onBytes(Buffer.byteLength(body));
    await new Promise<void>((resolve) => response.end(isEmpty ? '' : body, resolve));
    return;
  }
  response.writeHead(status, headers);
  body.on('data', (chunk: Buffer) => onBytes(chunk.length));
  await pipeline(body, response);
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
