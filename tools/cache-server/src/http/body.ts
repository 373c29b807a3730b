import type { IncomingMessage } from 'node:http';
import { GgufError } from 'nx-gguf/store';

/**
 * The size of a body that was announced.
 * @throws GgufError `LENGTH_REQUIRED`, or `tooLarge` for more than `mostBytes`
 */
export function announcedSize(
  request: IncomingMessage,
  mostBytes: number,
  tooLarge = 'BODY_TOO_LARGE',
): number {
  const text = request.headers['content-length'] ?? '';
  if (!/^\d{1,16}$/.test(text))
    throw new GgufError(
      'LENGTH_REQUIRED',
      'Content-Length is needed: room is made before a body is received',
    );
  const sizeBytes = Number(text);
  if (sizeBytes > mostBytes)
    throw new GgufError(tooLarge, `${sizeBytes} bytes are more than the ${mostBytes} that are taken here`);
  return sizeBytes;
}
