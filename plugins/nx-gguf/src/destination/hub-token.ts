import { GgufError, isGgufError } from '../core/errors.js';
import { tokenAdvice } from '../upstream/hub/hub-errors.js';
import { hubTransport } from './hub-transport.js';
import { placeholderToken, type HubWork } from './hub-work.js';

/**
 * Fails before anything is read or sent when the token cannot publish.
 * @throws GgufError `HUB_UNAUTHORIZED`, `HUB_FORBIDDEN`
 */
export async function checkToken({ access, place, choices, http, context }: HubWork): Promise<void> {
  if (access.token === null) {
    if (choices.dryRun) return;
    throw new GgufError(
      'HUB_UNAUTHORIZED',
      `${place.repository}: publishing to ${place.endpoint} needs a token`,
      {
        hint: tokenAdvice(place, 'write'),
      },
    );
  }
  const { whoAmI } = await import('@huggingface/hub');
  const asked = whoAmI({
    hubUrl: access.endpoint,
    fetch: hubTransport(http, { access, place, context, expected: new Set() }).fetch,
    ...placeholderToken,
  });
  const who = await asked.catch((error: unknown) => {
    // A hub need not tell.
    if (isGgufError(error) && error.code === 'REPOSITORY_MISSING') return null;
    throw error;
  });
  if (who?.auth.accessToken?.role === 'read' && !choices.dryRun)
    throw new GgufError('HUB_FORBIDDEN', `${place.repository}: the token may only read`, {
      hint: 'Make one that may write this repository, in the settings of your account.',
    });
}
