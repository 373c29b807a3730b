import { GgufError } from '../core/errors.js';
import { sizeFindings } from '../publication/file-limits.js';
import type { PublishHub } from '../core/generated/model.generated.js';
import { openHttp } from '../transport/http.js';
import { understood } from '../upstream/hub/hub-client.js';
import { requireHub } from '../upstream/offline.js';
import { hubAccess } from '../upstream/hub/hub-endpoint.js';
import type { HubPlace } from '../upstream/hub/hub-errors.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import { makeBranch } from './hub-branch.js';
import { checkCard } from './hub-card.js';
import { commit } from './hub-commit.js';
import { headOf, presentAtHead } from './hub-present.js';
import { checkToken } from './hub-token.js';
import { UploadLost } from './hub-transport.js';
import type { HubHead, HubWork } from './hub-work.js';
import { splitHint } from './hub-write-errors.js';
import type { DestinationRequest, DestinationSession, OpenDestination, Publication } from './session.js';

/** Uploads that are asked for anew, when their addresses were no longer good. */
const mostUploads = 3;

/**
 * A repository on a Hugging Face hub, written through @huggingface/hub: large files over Git LFS, everything
 * in one commit.
 */
export function hubDestination(
  to: PublishHub,
  choices: DestinationRequest,
  context: UpstreamContext,
): OpenDestination {
  return async (work) => {
    requireHub(to.repository, context.env);
    const access = await hubAccess(to, context.env);
    const place: HubPlace = {
      endpoint: access.endpoint,
      kind: 'model',
      repository: to.repository,
      revision: to.branch ?? 'main',
      hasToken: access.token !== null,
      isForeign: !access.isOwn,
    };
    const http = openHttp(context);
    try {
      return await work(await understood(place, openSession({ to, access, place, http, context, choices })));
    } finally {
      await http.close();
    }
  };
}

async function openSession(hub: HubWork): Promise<DestinationSession> {
  checkSizes(hub);
  await checkToken(hub);
  const head = await headOf(hub);
  if ('missing' in head && !hub.choices.create && !hub.choices.dryRun) throw head.missing;
  tellVisibility(hub, head);
  const present = await presentAtHead(hub, head);
  return { present, apply: (publication) => apply(hub, publication, head) };
}

/** Warns when a repository is seen by others than the declaration says: publishing does not change that. */
function tellVisibility({ to: { visibility }, place, context }: HubWork, head: HubHead): void {
  if (visibility === undefined || 'missing' in head || head.isPrivate === null) return;
  if (head.isPrivate === (visibility === 'private')) return;
  context.report({
    type: 'warning',
    message: `${place.repository} is ${head.isPrivate ? 'private' : 'public'}, and "visibility" is ${visibility}, which a repository gets when it is made; see ${place.endpoint}/${place.repository}/settings`,
  });
}

/** @throws GgufError `FILE_TOO_LARGE` */
function checkSizes({ choices, place, context }: HubWork): void {
  const { refused, advised } = sizeFindings(choices.wanted);
  if (refused.length > 0 && !choices.dryRun)
    throw new GgufError('FILE_TOO_LARGE', `${place.repository}: ${refused.join('\n')}`, { hint: splitHint });
  for (const message of [...refused, ...advised])
    context.report({ type: 'warning', message: `${place.repository}: ${message}` });
}

async function apply(hub: HubWork, publication: Publication, head: HubHead): Promise<string> {
  await checkCard(hub, publication);
  const parentCommit = 'commit' in head ? head.commit : await makeBranch(hub, head.missing);
  for (let uploads = 1; ; uploads++) {
    try {
      return await commit(hub, publication, parentCommit);
    } catch (error) {
      if (!(error instanceof UploadLost)) throw error;
      if (uploads === mostUploads)
        throw new GgufError(
          'UPLOAD_REFUSED',
          `${hub.place.repository}: ${error.message}, ${mostUploads} times`,
          { cause: error, hint: 'Run it again later: what has arrived is not sent again.' },
        );
      hub.context.report({ type: 'step', message: `${error.message}; asking for another` });
    }
  }
}
