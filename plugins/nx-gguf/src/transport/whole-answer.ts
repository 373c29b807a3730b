import prettyBytes from 'pretty-bytes';
import { GgufError } from '../core/errors.js';
import type { HttpAnswer } from './http.js';

/** More than any list, description or error of a server has. */
const longestAnswerBytes = 32 << 20;

/**
 * The whole body of an answer as a text.
 * @param of what was asked for, for messages
 * @throws GgufError `ANSWER_TOO_LARGE` at the first byte too many
 */
export async function wholeText(
  { body, url }: Pick<HttpAnswer, 'body' | 'url'>,
  of: string,
  limitBytes = longestAnswerBytes,
): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of limited({ body, url }, of, limitBytes)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** The body of an answer, which must not be longer than a limit. */
export async function* limited(
  { body, url }: { body: AsyncIterable<Uint8Array>; url: URL },
  of: string,
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > limitBytes) throw answerTooLarge(of, url.host, limitBytes);
    yield part;
  }
}

/** The error of an answer that does not end where it must. */
function answerTooLarge(of: string, host: string, limitBytes: number): GgufError {
  return new GgufError(
    'ANSWER_TOO_LARGE',
    `${of}: ${host} sends more than the ${prettyBytes(limitBytes, { binary: true })} that are read of such an answer`,
    { hint: 'Is it the right server? A proxy or a login page may answer in its place.' },
  );
}
