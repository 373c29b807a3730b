import { GgufError } from '../core/errors.js';
import type { ByteSource } from '../gguf/byte-source.js';
import { fileAddress } from '../core/hub-address.js';
import { hubAccess, hubEndpoint } from './hub/hub-endpoint.js';
import { hubError, type HubPlace } from './hub/hub-errors.js';
import { shownUrl, type HttpAnswer } from '../transport/http.js';
import { withHttpSource, type RangedContext, type RangedFile } from './http-source.js';

/**
 * The file at an address that a user named. On the user's own hub (`HF_ENDPOINT`, else the public one) their
 * token goes with it, and refusals are told in the hub's terms.
 * @throws GgufError `URL_UNUSABLE`, or what reading the token throws
 */
export async function addressedFile(
  address: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RangedFile> {
  const endpoint = hubEndpoint({}, env);
  const url = usableUrl(fileAddress(address, [new URL(endpoint).origin]));
  const name = shownUrl(url);
  if (url.origin !== new URL(endpoint).origin)
    return { name, url: url.href, token: null, refused: (answer) => refusal(name, answer) };
  const { token } = await hubAccess({}, env);
  const place = placeOf(url, endpoint);
  return {
    name,
    url: url.href,
    token,
    ...(place === null ? {} : { hub: { ...place, hasToken: token !== null } }),
    refused: (answer) =>
      place === null
        ? refusal(name, answer)
        : hubError(answer, { ...place, hasToken: token !== null }, place.path),
  };
}

/** Runs work on the file at an address that a user named, of which only ranges are read. */
export async function withAddressed<T>(
  address: string,
  context: RangedContext,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  return withHttpSource(await addressedFile(address, context.env), context, work);
}

/** The error of an answer that will not get better, from a server that is no hub. */
export function refusal(name: string, { status }: Pick<HttpAnswer, 'status'>): GgufError {
  const isAbsent = status === 404 || status === 410;
  return new GgufError(
    isAbsent ? 'SOURCE_NOT_FOUND' : 'SOURCE_REFUSED',
    `${name}: the server answered ${status}`,
    {
      hint: 'Correct the address. A server that asks for a name or a token cannot be read, the hub excepted.',
    },
  );
}

/** The repository and file that an address on a hub names, or null for another page of it. */
function placeOf(url: URL, endpoint: string): (Omit<HubPlace, 'hasToken'> & { path: string }) | null {
  const base = new URL(endpoint).pathname.replace(/\/$/, '');
  const [, datasets, repository, revision, path] =
    /^\/(datasets\/)?([^/]+\/[^/]+)\/(?:resolve|raw)\/([^/]+)\/(.+)$/.exec(url.pathname.slice(base.length)) ??
    [];
  if (repository === undefined || revision === undefined || path === undefined) return null;
  return { endpoint, kind: datasets === undefined ? 'model' : 'dataset', repository, revision, path };
}

function usableUrl(text: string): URL {
  if (!URL.canParse(text))
    throw new GgufError('URL_UNUSABLE', `${JSON.stringify(text)} is no URL`, {
      hint: 'Name an http or https URL, or a path.',
    });
  const url = new URL(text);
  if (!['http:', 'https:'].includes(url.protocol))
    throw new GgufError('URL_UNUSABLE', `${shownUrl(url)}: only http and https URLs can be read`, {
      hint: 'Name an http or https URL, or a path.',
    });
  if (url.username !== '' || url.password !== '')
    throw new GgufError('URL_UNUSABLE', `the URL of ${url.host} holds a user name or password`, {
      hint: 'They would be written into logs: take them out.',
    });
  return url;
}
