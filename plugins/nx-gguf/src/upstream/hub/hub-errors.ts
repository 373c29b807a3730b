import { GgufError } from '../../core/errors.js';
import type { HttpAnswer } from '../../transport/http.js';
import { hubForbidden } from './hub-forbidden.js';
import { hubWords } from './hub-words.js';

/** A repository on a hub, as errors name it. */
export interface HubPlace {
  endpoint: string;
  kind: 'model' | 'dataset';
  repository: string;
  revision: string;
  hasToken: boolean;
  /** True for a hub that only a file of a project names: the user's token is not sent to it. */
  isForeign?: boolean;
  /** True where a lock names the revision, and not the source. */
  isPinned?: boolean;
}

/** What gives the right to read or to write a repository, by what the hub was told. */
export function tokenAdvice({ endpoint, hasToken, isForeign }: HubPlace, right: 'read' | 'write'): string {
  if (isForeign === true)
    return `Your token goes only to the hub that HF_ENDPOINT names: set HF_ENDPOINT=${endpoint}, and HF_TOKEN to a token of that hub that may ${right} it.`;
  return hasToken
    ? `Check that the token of HF_TOKEN (or of the hub's own token file) is valid and may ${right} this repository.`
    : `Set HF_TOKEN to a token that may ${right} it, or log in with the hub's own tool, which writes the token file.`;
}

/** The error of an answer that is no success: what is wrong, and what the user can do about it. */
export function hubError(
  { status, header }: Pick<HttpAnswer, 'status' | 'header'>,
  place: HubPlace,
  path?: string,
): GgufError {
  const of = `${place.repository}${path === undefined ? '' : ` ${path}`}`;
  const code = header('x-error-code');
  const page = `${place.endpoint}/${place.kind === 'dataset' ? 'datasets/' : ''}${place.repository}`;
  const signIn = tokenAdvice(place, 'read');
  const says = hubWords({ header, text: '' });
  if (code === 'GatedRepo' && place.hasToken)
    return hubForbidden({ of, page, code, says, tokenHint: signIn });
  if (code === 'GatedRepo')
    return new GgufError(
      'HUB_GATED',
      `${of}: the repository is gated, and ${place.isForeign === true ? 'no token is sent to this hub' : 'no token is set'} (${status})`,
      {
        hint: `Accept its conditions at ${page}, then ${place.isForeign === true ? `set HF_ENDPOINT=${place.endpoint} and` : 'set'} HF_TOKEN to a token of that account.`,
      },
    );
  if (code === 'RevisionNotFound')
    return new GgufError(
      'SOURCE_NOT_FOUND',
      `${of}: there is no revision ${JSON.stringify(place.revision)}`,
      {
        hint:
          place.isPinned === true
            ? `The lock pins a commit that the hub no longer has: its history was rewritten, or the repository made anew. Pin the present one with \`nx g nx-gguf:update\`, after "revision" if that names the commit. See ${page}.`
            : `Correct "revision" in the source: a branch, tag or commit that ${page} has.`,
      },
    );
  if (code === 'EntryNotFound')
    return new GgufError('SOURCE_NOT_FOUND', `${of}: there is no such file at revision ${place.revision}`, {
      hint: `See ${page}, and run \`nx g nx-gguf:update\` when it moved.`,
    });
  if (code === 'RepoNotFound' || status === 404)
    return new GgufError(
      'SOURCE_NOT_FOUND',
      `${of}: there is no such ${place.kind}, or it is private (${status})`,
      { hint: `Correct "repository" and "kind". For a private one: ${signIn}` },
    );
  if (status === 401)
    return new GgufError(
      'HUB_UNAUTHORIZED',
      `${of}: the hub asks for a token, or does not accept this one (401)`,
      { hint: signIn },
    );
  if (status === 403) return hubForbidden({ of, page, code, says, tokenHint: signIn });
  return new GgufError('HUB_REFUSED', `${of}: ${place.endpoint} answered ${status}`, {
    hint: `See ${page}.`,
  });
}
