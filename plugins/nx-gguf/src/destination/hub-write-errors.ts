import { GgufError } from '../core/errors.js';
import type { HttpAnswer } from '../transport/http.js';
import type { HubPlace } from '../upstream/hub-errors.js';
import { hubForbidden } from '../upstream/hub-forbidden.js';
import { hubWords, saidByHub } from '../upstream/hub-words.js';

/** The error of an answer to a writing request: the fault, the hub's own words, and a hint for the user. */
export function hubWriteError(
  { status, header, text }: Pick<HttpAnswer, 'status' | 'header'> & { text: string },
  place: HubPlace,
): GgufError {
  const code = header('x-error-code');
  const says = saidByHub({ header, text });
  const of = `${place.repository}: `;
  const mayWrite = place.hasToken
    ? "Check that the token of HF_TOKEN (or of the hub's own token file) is valid and may write this repository."
    : "Set HF_TOKEN to a token that may write it, or log in with the hub's own tool, which writes the token file.";
  if (status === 404 && code === 'RevisionNotFound')
    return new GgufError('BRANCH_MISSING', `${of}there is no branch ${place.revision}`, {
      hint: 'Make it with --create.',
    });
  if (status === 404)
    return new GgufError(
      'REPOSITORY_MISSING',
      `${of}there is no such repository, or it is private and not yours (404)`,
      { hint: `Make it with --create. ${mayWrite}` },
    );
  if (status === 401)
    return new GgufError(
      'HUB_UNAUTHORIZED',
      `${of}the hub asks for a token, or does not accept this one (401)`,
      { hint: mayWrite },
    );
  if (status === 403)
    return hubForbidden({
      of: place.repository,
      page: `${place.endpoint}/${place.repository}`,
      code,
      says: hubWords({ header, text }),
      tokenHint: mayWrite,
    });
  if (status === 409) return new GgufError('REPOSITORY_EXISTS', `${of}it is there already (409)${says}`);
  if (status === 412)
    return new GgufError('DESTINATION_CHANGED', `${of}somebody else committed meanwhile (412)`, {
      hint: 'Run it again.',
    });
  return new GgufError('HUB_REFUSED', `${of}${place.endpoint} answered ${status}${says}`);
}
