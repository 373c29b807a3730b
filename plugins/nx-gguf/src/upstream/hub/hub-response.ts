import { GgufError } from '../../core/errors.js';
import { readJson } from '../../core/json/json-reader.js';
import type { HttpAnswer } from '../../transport/http.js';
import type { HubPlace } from './hub-errors.js';

const statusesWithoutBody: readonly number[] = [204, 205];

/**
 * A successful answer of a hub as @huggingface/hub reads it: its text, and the link to the next page.
 * @throws GgufError `HUB_UNUSABLE` for a status that says neither yes nor no
 */
export function hubResponse(
  { status, header, text }: Pick<HttpAnswer, 'status' | 'header'> & { text: string },
  place: Pick<HubPlace, 'repository' | 'endpoint'>,
): Response {
  const { repository, endpoint } = place;
  if (status < 200 || status > 299)
    throw new GgufError('HUB_UNUSABLE', `${repository}: ${endpoint} answered ${status}`, {
      hint: 'See "endpoint" in the source, HF_ENDPOINT, and whether a proxy or a login page is between.',
    });
  const link = header('link');
  return new Response(statusesWithoutBody.includes(status) ? null : boundedJson(text, place), {
    status,
    headers: { 'content-type': 'application/json', ...(link === undefined ? {} : { link }) },
  });
}

/**
 * The text of an answer that @huggingface/hub parses without limits of its own. One that is no JSON is left for
 * it to find: not every answer has to be.
 * @throws GgufError `HUB_UNUSABLE`
 */
export function boundedJson(
  text: string,
  { repository, endpoint }: Pick<HubPlace, 'repository' | 'endpoint'>,
): string {
  const read = readJson(text);
  if ('value' in read || read.cause !== undefined) return text;
  throw new GgufError(
    'HUB_UNUSABLE',
    `${repository}: an answer of ${endpoint} is not read: ${read.problem}`,
    { hint: 'Is this a hub? See "endpoint" and HF_ENDPOINT.' },
  );
}
