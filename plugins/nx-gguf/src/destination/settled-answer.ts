import { transientStatus, type HttpAnswer } from '../transport/http.js';
import { TransientError } from '../transport/retry.js';
import { wholeText } from '../transport/whole-answer.js';
import { saidByHub } from '../upstream/hub/hub-words.js';

/** An answer of a hub with its whole body. */
export type SettledAnswer = HttpAnswer & { text: string };

/** An answer with its whole body; failures that may pass are thrown. */
export async function settled(sending: Promise<HttpAnswer>, of: string): Promise<SettledAnswer> {
  const answer = await sending;
  const whole = { ...answer, text: await wholeText(answer, of) };
  const transient = transientStatus(whole);
  if (transient === null) return whole;
  const { message, retryAfterMs, status } = transient;
  throw new TransientError(`${message}${saidByHub(whole)}`, {
    retryAfterMs,
    ...(status === null ? {} : { status }),
  });
}
