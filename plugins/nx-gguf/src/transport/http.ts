import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { GgufError } from '../core/errors.js';
import { askedPauseMs } from './asked-pause.js';
import { pacedRequest } from './paced-request.js';
import { TransientError } from './retry.js';
import type { TransferContext } from './transfer-settings.js';

/** A secret, and the only origin that may see it. */
export interface Token {
  origin: string;
  value: string;
  /** `Bearer` when absent. */
  scheme?: 'Bearer' | 'Basic';
}

/** One HTTP request. Redirects are followed. */
export interface HttpRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'OPTIONS';
  headers?: Readonly<Record<string, string>>;
  /**
   * A text, or something that gives the bytes anew each time; their number is in the header content-length
   * then.
   */
  body?: string | (() => AsyncIterable<Uint8Array>);
  token?: Token | null;
  signal?: AbortSignal | undefined;
}

/** An answer. Its body has to be read or destroyed. */
export interface HttpAnswer {
  status: number;
  header: (name: string) => string | undefined;
  headers: Dispatcher.ResponseData['headers'];
  body: Dispatcher.ResponseData['body'];
  /** Where it came from in the end. */
  url: URL;
  /** The addresses that redirects led to, in their order. */
  hops: readonly URL[];
}

/** An HTTP client over the proxies of the environment. */
export interface Http {
  send: (request: HttpRequest) => Promise<HttpAnswer>;
  close: () => Promise<void>;
}

const mostRedirects = 10;
const redirects = new Set([301, 302, 303, 307, 308]);
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Opens a client that respects `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; close it after use. */
export function openHttp({ env, settings }: Pick<TransferContext, 'env' | 'settings'>): Http {
  const dispatcher = dispatcherFor(env, settings.stallMs);
  return { send: (wanted) => follow(wanted, dispatcher, settings), close: () => dispatcher.destroy() };
}

/** An address as it may be shown: without user, password, query and fragment, where secrets are. */
export function shownUrl(url: string | URL): string {
  try {
    const { origin, pathname } = new URL(url);
    return `${origin}${pathname}`;
  } catch {
    return 'an address that is none';
  }
}

/**
 * The failure of an answer that may pass with time (408, 425, 429, 5xx), or null; with what its body says,
 * where that was read.
 */
export function transientStatus({
  status,
  header,
  text,
}: Pick<HttpAnswer, 'status' | 'header'> & { text?: string }): TransientError | null {
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) return null;
  return new TransientError(status === 429 ? 'too many requests (429)' : `the server answered ${status}`, {
    status,
    retryAfterMs: askedPauseMs({ header, ...(text === undefined ? {} : { text }) }, Date.now()),
  });
}

function dispatcherFor(env: TransferContext['env'], stallMs: number): Dispatcher {
  const options = {
    // The pace of each request is watched, and that as a whole.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: Math.min(stallMs, 30_000),
  };
  const of = (name: string): string | undefined =>
    [env[name.toLowerCase()], env[name]].find((value) => value !== undefined && value !== '');
  const proxy = (name: string): string | undefined => {
    const value = of(name);
    return value === undefined ? undefined : proxyAddress(value, name);
  };
  const forAll = proxy('ALL_PROXY');
  const httpProxy = proxy('HTTP_PROXY') ?? forAll;
  const httpsProxy = proxy('HTTPS_PROXY') ?? forAll ?? httpProxy;
  if (httpProxy === undefined && httpsProxy === undefined) return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: of('NO_PROXY') ?? '',
  });
}

/** A proxy may be named without a scheme, as curl, git and pip take it. */
function proxyAddress(value: string, name: string): string {
  const address = value.includes('://') ? value : `http://${value}`;
  if (URL.canParse(address) && /^(?:https?|socks5?):$/.test(new URL(address).protocol)) return address;
  // The address is not shown: it may hold a password.
  throw new GgufError('BAD_PROXY', `${name} is no address of a proxy`, {
    hint: 'It looks like http://proxy.example.org:3128 or socks5://proxy.example.org:1080.',
  });
}

async function follow(
  wanted: HttpRequest,
  dispatcher: Dispatcher,
  settings: TransferContext['settings'],
): Promise<HttpAnswer> {
  let url = new URL(wanted.url);
  let method = wanted.method ?? 'GET';
  let isTrusted = true;
  const hops: URL[] = [];
  for (let hop = 0; hop <= mostRedirects; hop++) {
    isTrusted &&= wanted.token?.origin === url.origin;
    const headers = {
      'user-agent': 'nx-gguf',
      'accept-encoding': 'identity',
      ...wanted.headers,
      ...(isTrusted && wanted.token
        ? { authorization: `${wanted.token.scheme ?? 'Bearer'} ${wanted.token.value}` }
        : {}),
    };
    const body = bodiless.has(method) ? null : (wanted.body ?? '');
    const answer = await pacedRequest(
      { url, method, headers, body, signal: wanted.signal },
      dispatcher,
      settings,
    );
    const location = one(answer.headers['location']);
    if (!redirects.has(answer.statusCode) || location === undefined) {
      return {
        status: answer.statusCode,
        headers: answer.headers,
        header: (name) => one(answer.headers[name]),
        body: answer.body,
        url,
        hops,
      };
    }
    await answer.body.dump();
    url = redirected(url, location);
    hops.push(url);
    if (method === 'POST' && answer.statusCode <= 303) method = 'GET';
  }
  throw new GgufError('REDIRECT_REFUSED', `${shownUrl(wanted.url)}: more than ${mostRedirects} redirects`);
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  const isAllowed =
    to !== null && (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:'));
  if (to !== null && isAllowed) return to;
  throw new GgufError(
    'REDIRECT_REFUSED',
    `${shownUrl(from)} redirects to ${to === null ? 'no address' : `${to.protocol}//${to.host}`.slice(0, 200)}`,
    { hint: 'Only https, and http from http, is followed.' },
  );
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
