import { fileURLToPath } from 'node:url';
import { GgufError } from '../core/errors.js';

/** The permitted uses of a remote. */
export type RemoteMode = 'read-write' | 'read-only' | 'write-ci' | 'off';

/** Where a remote is. `shown` is how messages call it: no secret is in it. */
export type RemotePlace = { shown: string; mode: RemoteMode | null } & (
  | { kind: 'file'; directory: string }
  | { kind: 'http'; base: string }
  | { kind: 's3'; bucket: string; prefix: string; endpoint: string | null; region: string | null }
);

/** The modes, each allowing less than the one before. */
export const remoteModes: readonly RemoteMode[] = ['read-write', 'write-ci', 'read-only', 'off'];

const hint =
  'A remote is https://host/path, s3://bucket/prefix?endpoint=https://host&region=name or file:///directory; "#read-only" at its end gives it a mode of its own.';

/**
 * The place that an address names. A mode may stand behind a `#`.
 * @param from who names it, for messages
 * @throws GgufError `BAD_REMOTE`
 */
export function remotePlace(address: string, from: string): RemotePlace {
  // An address may hold a secret, so it is not repeated as a whole.
  const refused = (problem: string): GgufError =>
    new GgufError('BAD_REMOTE', `${from}: ${problem}`, { hint });
  if (!URL.canParse(address)) throw refused('one of the remotes is no URL');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '')
    throw refused(
      `the address of ${url.host} holds a user name or password; a token belongs into NX_GGUF_REMOTE_TOKEN`,
    );
  const mode = url.hash === '' ? null : remoteModes.find((name) => `#${name}` === url.hash);
  if (mode === undefined)
    throw refused(`${url.hash} is none of ${remoteModes.map((name) => `#${name}`).join(', ')}`);
  switch (url.protocol) {
    case 'file:':
      if (url.host !== '' || url.search !== '')
        throw refused('a file remote is file:///directory, with three slashes');
      return {
        kind: 'file',
        mode,
        shown: `file://${url.pathname}`,
        directory: fileURLToPath(new URL(url.pathname, 'file:///')),
      };
    case 'http:':
    case 'https:':
      if (url.search !== '')
        throw refused(`the address of ${url.host} holds a query; a token belongs into NX_GGUF_REMOTE_TOKEN`);
      return {
        kind: 'http',
        mode,
        shown: withoutSlash(`${url.origin}${url.pathname}`),
        base: withoutSlash(`${url.origin}${url.pathname}`),
      };
    case 's3:':
      return { mode, ...s3Place(url, refused) };
    default:
      throw refused(`nx-gguf knows no remote of the kind ${url.protocol}`);
  }
}

function s3Place(url: URL, refused: (problem: string) => GgufError) {
  if (url.host === '') throw refused('an s3 remote names a bucket: s3://bucket/prefix');
  const unknown = [...url.searchParams.keys()].filter((name) => name !== 'endpoint' && name !== 'region');
  if (unknown.length > 0)
    throw refused(`s3://${url.host} takes the parameters endpoint and region, not ${unknown.join(', ')}`);
  const endpoint = url.searchParams.get('endpoint');
  if (endpoint !== null && !/^https?:\/\/[^/@?#]+(\/[^@?#]*)?$/.test(endpoint))
    throw refused(`the endpoint of s3://${url.host} is no http or https address`);
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    kind: 's3' as const,
    shown: `s3://${url.host}${prefix === '' ? '' : `/${prefix}`}`,
    bucket: url.host,
    prefix,
    endpoint,
    region: url.searchParams.get('region'),
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
