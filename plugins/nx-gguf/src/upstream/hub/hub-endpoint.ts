import { homedir } from 'node:os';
import { join } from 'node:path';
import { GgufError, isGgufError, systemErrorCode } from '../../core/errors.js';
import type { HuggingFaceSource } from '../../core/generated/source.generated.js';
import { readSmallText } from '../../files/small-file.js';
import type { Token } from '../../transport/http.js';

/** A hub, and the token for it when there is one. */
export interface HubAccess {
  /** Base address without a slash at its end. */
  endpoint: string;
  token: Token | null;
  /** True for the hub that the user's token is for. */
  isOwn: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Of a file with one word in it. */
const longestTokenBytes = 64 << 10;

const publicHub = 'https://huggingface.co';

/**
 * The base address of a source's hub: its own `endpoint`, else `HF_ENDPOINT`, else the public one.
 * @throws GgufError `BAD_ENDPOINT`
 */
export function hubEndpoint(source: Pick<HuggingFaceSource, 'endpoint'>, env: Env): string {
  const endpoint = withoutSlash(source.endpoint ?? filled(env['HF_ENDPOINT']) ?? publicHub);
  if (/^https?:\/\/[^/@?#]+(\/[^@?#]*)?$/.test(endpoint) && URL.canParse(endpoint)) return endpoint;
  throw new GgufError('BAD_ENDPOINT', 'HF_ENDPOINT is no address of a hub', {
    hint: 'It looks like https://hub.example.org, without user, password or query.',
  });
}

/** The base address that `HF_ENDPOINT` names, or null; one that is none is told when a hub is asked. */
export function namedHub(env: Env): string | null {
  const endpoint = filled(env['HF_ENDPOINT']);
  return endpoint === undefined ? null : withoutSlash(endpoint);
}

/**
 * The hub of a source, with the user's token for it. That is for the public hub, or for the one that
 * `HF_ENDPOINT` names; a hub that only a model file names never gets it.
 */
export async function hubAccess(source: Pick<HuggingFaceSource, 'endpoint'>, env: Env): Promise<HubAccess> {
  const endpoint = hubEndpoint(source, env);
  const { origin } = new URL(endpoint);
  const isOwn = origin === new URL(withoutSlash(filled(env['HF_ENDPOINT']) ?? publicHub)).origin;
  const value = isOwn ? await userToken(env) : null;
  return { endpoint, token: value === null ? null : { origin, value }, isOwn };
}

/**
 * The user's token: `HF_TOKEN`, else the file that the hub's own tools keep it in (`HF_TOKEN_PATH`,
 * `HF_HOME`).
 */
export async function userToken(env: Env): Promise<string | null> {
  const given = filled(env['HF_TOKEN']) ?? filled(env['HUGGING_FACE_HUB_TOKEN']);
  if (given !== undefined) return checked(given, 'HF_TOKEN');
  const userHome = filled(env['HOME']) ?? homedir();
  // A shell expands `~`; files of settings do not, and the hub's own tools do.
  const named = (name: string): string | undefined =>
    filled(env[name])?.replace(/^~(?=\/|$)/, () => userHome);
  const home = named('HF_HOME') ?? join(named('XDG_CACHE_HOME') ?? join(userHome, '.cache'), 'huggingface');
  const path = named('HF_TOKEN_PATH') ?? join(home, 'token');
  try {
    const text = filled(await readSmallText(path, longestTokenBytes));
    return text === undefined ? null : checked(text, path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null;
    if (isGgufError(error)) throw error;
    throw new GgufError(
      'TOKEN_UNREADABLE',
      `cannot read the token file ${path}: ${systemErrorCode(error) ?? 'it is no token'}`,
      { hint: 'Correct HF_TOKEN_PATH or HF_HOME, or set HF_TOKEN.' },
    );
  }
}

function checked(token: string, from: string): string {
  // An invalid header value would end up in the message of an error.
  // `docker --env-file` and the like keep quotes, and do not replace variables.
  if (/^[\x21-\x7e]+$/.test(token) && !/^["'`$]|["'`]$/.test(token)) return token;
  throw new GgufError('BAD_TOKEN', `${from} does not hold a token`, {
    hint: 'A token is one word without quotes, for example hf_….',
  });
}

function filled(text: string | undefined): string | undefined {
  const value = text?.trim();
  return value === '' ? undefined : value;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
