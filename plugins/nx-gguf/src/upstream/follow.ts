import { GgufError } from '../core/errors.js';

/** What requests are made with. */
export interface HttpAccess {
  /** The value of an Authorization header for a host, or null. Asked for the first host only. */
  authorization: (url: URL) => string | null;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

const mostRedirects = 10;
const defaultTimeoutMs = 30_000;

/**
 * Requests a URL and follows redirects by hand: to http and https only, not from https to http, and the Authorization
 * header goes to no other origin than the first.
 * @throws GgufError `URL_UNUSABLE`, `HTTP_REDIRECTS`, `HTTP_UNREACHABLE`
 */
export async function follow(start: string, headers: Readonly<Record<string, string>>, access: HttpAccess): Promise<Response> {
  const first = usableUrl(start);
  let authorization = access.authorization(first);
  let url = first;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    // Once it led elsewhere, another server decides where it leads: the header is not taken up again.
    if (url.origin !== first.origin) authorization = null;
    const response = await request(url, { ...headers, ...(authorization === null ? {} : { authorization }) }, access);
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel().catch(() => undefined);
    const next = usableUrl(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new GgufError('HTTP_REDIRECTS', `${start} leads from https to ${next.origin}`, { hint: 'Name the file where it is.' });
    url = next;
  }
  throw new GgufError('HTTP_REDIRECTS', `${start} was redirected more than ${mostRedirects} times`, { hint: 'Check the URL in a browser.' });
}

async function request(url: URL, headers: Record<string, string>, { timeoutMs = defaultTimeoutMs, signal }: HttpAccess): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url, { headers, redirect: 'manual', signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]) });
  } catch (cause) {
    throw unreachable(url.origin, cause);
  }
}

/** A failure of the connection, which may pass. */
export function unreachable(from: string, cause: unknown): GgufError {
  const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message;
  return new GgufError('HTTP_UNREACHABLE', `cannot read from ${from}: ${reason}`, { cause, hint: 'Check the URL and the connection.' });
}

function usableUrl(text: string, base?: URL): URL {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch (cause) {
    throw new GgufError('URL_UNUSABLE', `${JSON.stringify(text)} is no URL`, { cause, hint: 'Name an http or https URL, or a path.' });
  }
  if (!['http:', 'https:'].includes(url.protocol)) throw new GgufError('URL_UNUSABLE', `${url.href}: only http and https URLs can be read`, { hint: 'Name an http or https URL, or a path.' });
  if (url.username !== '' || url.password !== '') throw new GgufError('URL_UNUSABLE', `the URL of ${url.host} holds a user name or password`, { hint: 'They would be written into logs: take them out.' });
  return url;
}
