import { GgufError, fileState } from 'nx-gguf/store';
import type { TokenRecord } from '../config/generated/tokens.generated.js';
import { anonymous as anonymousNamespace } from '../config/namespaces.js';
import { oneAtATime } from './one-at-a-time.js';
import { recordOf, tokenOf } from './token.js';
import { readTokens } from './token-file.js';

/** The kinds of access that a request may need. */
export type Scope = TokenRecord['scopes'][number];

/** The sender of a request. `id` is public: it stands in logs. */
export type Identity = Pick<
  TokenRecord,
  'id' | 'namespace' | 'requestsPerMinute' | 'uploadBytesPerHour' | 'maxBlobBytes'
> & { scopes: readonly Scope[] };

const anonymousId = 'anonymous ';

/** The address of somebody who sends no token and may read all the same, or null for everybody else. */
export function anonymousAddress({ id }: Identity): string | null {
  return id.startsWith(anonymousId) ? id.slice(anonymousId.length) : null;
}

/** Tells who sends a request. */
export interface Authenticator {
  /** @throws GgufError `UNAUTHORIZED` */
  identify: (request: { authorization: string | undefined; address: string }) => Promise<Identity>;
  tokens: () => readonly TokenRecord[];
}

/** The inputs of the identification. */
export interface AuthenticatorOptions {
  path: string;
  anonymous: 'none' | 'read';
  nowMs: () => number;
  /** Called when a changed file cannot be used; the tokens that were read before stay. */
  onBadFile: (error: unknown) => void;
}

/**
 * Recognises the tokens of a file, which is read again when it changed: tokens come and go without a restart.
 */
export function createAuthenticator({
  path,
  anonymous,
  nowMs,
  onBadFile,
}: AuthenticatorOptions): Authenticator {
  let seen = '';
  let records: readonly TokenRecord[] = [];
  const refresh = oneAtATime(async () => {
    const state = await fileState(path);
    const now = state === null ? 'none' : `${state.mtimeNs} ${state.sizeBytes}`;
    if (now === seen) return;
    try {
      records = (await readTokens(path)) ?? [];
    } catch (error) {
      onBadFile(error);
    }
    seen = now;
  });
  return {
    tokens: () => records,
    identify: async ({ authorization, address }) => {
      const token = tokenOf(authorization);
      // What strangers send costs nothing but the answer.
      if (token !== null) await refresh();
      if (token === null && anonymous === 'read')
        return { id: `${anonymousId}${address}`, scopes: ['read'], namespace: anonymousNamespace };
      const record = token === null ? null : recordOf(token, records, nowMs());
      if (record === null)
        throw new GgufError(
          'UNAUTHORIZED',
          token === null ? 'a token is needed' : 'the token is not known, or was revoked or has expired',
          { hint: 'Send it as `Authorization: Bearer …`; `nx-gguf-cache-server token create` makes one.' },
        );
      return record;
    },
  };
}
