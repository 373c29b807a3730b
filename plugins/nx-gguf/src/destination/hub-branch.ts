import { isGgufError, type GgufError } from '../core/errors.js';
import { hubTransport } from './hub-transport.js';
import { placeholderToken, type HubWork } from './hub-work.js';

/**
 * Makes what `missing` says is not there: the repository, the branch or both. Returns the newest commit of
 * the branch.
 */
export async function makeBranch(
  { to, access, place, http, context }: HubWork,
  missing: GgufError,
): Promise<string> {
  const { createBranch, createRepo, modelInfo } = await import('@huggingface/hub');
  const common = {
    hubUrl: access.endpoint,
    fetch: hubTransport(http, { access, place, context, expected: new Set() }).fetch,
  };
  const repo = { type: 'model', name: place.repository } as const;
  const unlessThere = (error: unknown): void => {
    if (!isGgufError(error) || error.code !== 'REPOSITORY_EXISTS') throw error;
  };
  if (missing.code === 'REPOSITORY_MISSING') {
    await createRepo({ repo, visibility: to.visibility ?? 'private', ...common, ...placeholderToken }).catch(
      unlessThere,
    );
    context.report({
      type: 'step',
      message: `made the ${to.visibility ?? 'private'} repository ${place.repository}`,
    });
  }
  if (place.revision !== 'main')
    await createBranch({ repo, branch: place.revision, ...common }).catch(unlessThere);
  const { sha } = await modelInfo({
    name: place.repository,
    revision: place.revision,
    additionalFields: ['sha'],
    ...common,
  });
  return sha;
}
