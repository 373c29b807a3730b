import { GgufError } from '../core/errors.js';
import { transientStatus, type HttpAnswer } from '../transport/http.js';
import { TransientError } from '../transport/retry.js';
import { saidByHub } from '../upstream/hub/hub-words.js';

const longestBody = 64 << 20;

/** An answer of a hub with its whole body. */
export type SettledAnswer = HttpAnswer & { text: string };

/** An answer with its whole body; failures that may pass are thrown. */
export async function settled(sending: Promise<HttpAnswer>): Promise<SettledAnswer> {
  const answer = await sending;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > longestBody)
      throw new GgufError('HUB_UNUSABLE', 'the hub sends an answer without end', {
        hint: 'Is this a hub? See "endpoint" and HF_ENDPOINT.',
      });
    parts.push(part);
  }
  const whole = { ...answer, text: Buffer.concat(parts).toString('utf8') };
  const transient = transientStatus(whole);
  if (transient === null) return whole;
  const { message, retryAfterMs, status } = transient;
  throw new TransientError(`${message}${saidByHub(whole)}`, {
    retryAfterMs,
    ...(status === null ? {} : { status }),
  });
}
