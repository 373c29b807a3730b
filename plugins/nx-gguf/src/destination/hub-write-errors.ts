import { GgufError } from '../core/errors.js';
import type { HttpAnswer } from '../transport/http.js';
import { tokenAdvice, type HubPlace } from '../upstream/hub/hub-errors.js';
import { hubForbidden, storageHint } from '../upstream/hub/hub-forbidden.js';
import { hubLine, hubWords, saidByHub } from '../upstream/hub/hub-words.js';

/**
 * The error of an answer to a writing request: the fault, the hub's own words, and a hint for the user.
 * @param isMaking true of a request to make a repository or a branch
 */
export function hubWriteError(
  { status, header, text }: Pick<HttpAnswer, 'status' | 'header'> & { text: string },
  place: HubPlace,
  isMaking = false,
): GgufError {
  const code = header('x-error-code');
  const says = saidByHub({ header, text });
  const of = `${place.repository}: `;
  const mayWrite = tokenAdvice(place, 'write');
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
      page: pageOf(place),
      code,
      says: hubWords({ header, text }),
      tokenHint: mayWrite,
    });
  if (status === 409 && !isMaking)
    return new GgufError('HUB_REFUSED', `${of}another change of it is under way (409)${says}`, {
      hint: 'Run it again when that is done: what has arrived is not sent again.',
    });
  if (status === 409)
    return new GgufError('REPOSITORY_EXISTS', `${of}it is there already (409)${says}`, {
      hint: 'Publish without --create, or to another name.',
    });
  if (status === 412)
    return new GgufError('DESTINATION_CHANGED', `${of}somebody else committed meanwhile (412)`, {
      hint: 'Run it again.',
    });
  return new GgufError('HUB_REFUSED', `${of}${place.endpoint} answered ${status}${says}`, {
    hint: againHint(pageOf(place)),
  });
}

/** What helps against a file that is too large. */
export const splitHint =
  'Have it split: "splitMaxSize" under "publish" in model.json, for example "180G". llama.cpp loads the parts as one model; Ollama pulls no split files.';

/** The error of one file that the batch API of Git LFS refuses, while it may take others. */
export function lfsObjectError(
  { oid, size }: { oid: string; size: number },
  { code = 0, message = '' }: { code?: number; message?: string },
  place: HubPlace,
): GgufError {
  const of = `${place.repository}: a file of ${size} bytes (sha256 ${oid})`;
  const says = hubLine(message);
  if (code === 403)
    return hubForbidden({
      of,
      page: pageOf(place),
      code: undefined,
      says,
      tokenHint: tokenAdvice(place, 'write'),
    });
  // "Maximum individual file size is 50.0GB": a hub may have another limit than the documented one.
  const isTooLarge = code === 413 || /file size|too large/i.test(says);
  const isStorage = code === 507 || /\bstorage\b/i.test(says);
  return new GgufError(
    isTooLarge ? 'FILE_TOO_LARGE' : isStorage ? 'HUB_STORAGE_FULL' : 'HUB_REFUSED',
    `${of}: the hub refuses it (${code})${says === '' ? '' : `: ${says}`}`,
    { hint: isTooLarge ? splitHint : isStorage ? storageHint(pageOf(place)) : againHint(pageOf(place)) },
  );
}

function againHint(page: string): string {
  return `See ${page}, and run it again: what has arrived is not sent again.`;
}

function pageOf({ endpoint, repository }: HubPlace): string {
  return `${endpoint}/${repository}`;
}
