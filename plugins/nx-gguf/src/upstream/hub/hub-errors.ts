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
  const signIn = place.hasToken
    ? "Check that the token of HF_TOKEN (or of the hub's own token file) is valid and may read this repository."
    : "Set HF_TOKEN to a token that may read it, or log in with the hub's own tool, which writes the token file.";
  if (code === 'GatedRepo') {
    return new GgufError(
      'HUB_GATED',
      `${of}: the repository is gated, and ${place.hasToken ? 'your account has not been granted access' : 'no token is set'} (${status})`,
      {
        hint: `Accept its conditions at ${page}, then ${place.hasToken ? 'run this again' : 'set HF_TOKEN to a token of that account'}.`,
      },
    );
  }
  if (code === 'RevisionNotFound')
    return new GgufError(
      'SOURCE_NOT_FOUND',
      `${of}: there is no revision ${JSON.stringify(place.revision)}`,
      { hint: `Correct "revision" in the source. Is it a commit that the hub no longer has? See ${page}.` },
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
  if (status === 403)
    return hubForbidden({ of, page, code, says: hubWords({ header, text: '' }), tokenHint: signIn });
  return new GgufError('HUB_REFUSED', `${of}: ${place.endpoint} answered ${status}`, {
    hint: `See ${page}.`,
  });
}
