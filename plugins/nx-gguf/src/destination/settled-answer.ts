import { GgufError } from '../core/errors.js';
import { boundedBody } from '../transport/bounded-body.js';
import { transientStatus, type HttpAnswer } from '../transport/http.js';
import { TransientError } from '../transport/retry.js';
import { saidByHub } from '../upstream/hub/hub-words.js';

const longestBody = 64 << 20;

/** An answer of a hub with its whole body. */
export type SettledAnswer = HttpAnswer & { text: string };

/** An answer with its whole body; failures that may pass are thrown. */
export async function settled(sending: Promise<HttpAnswer>): Promise<SettledAnswer> {
  const answer = await sending;
  const bytes = await boundedBody(answer.body as AsyncIterable<Uint8Array>, longestBody);
  if (bytes === null)
    throw new GgufError('HUB_UNUSABLE', 'the hub sends an answer without end', {
      hint: 'Is this a hub? See "endpoint" and HF_ENDPOINT.',
    });
  const whole = { ...answer, text: bytes.toString('utf8') };
  const transient = transientStatus(whole);
  if (transient === null) return whole;
  const { message, retryAfterMs, status } = transient;
  throw new TransientError(`${message}${saidByHub(whole)}`, {
    retryAfterMs,
    ...(status === null ? {} : { status }),
  });
}
