import type { GgufError } from '../core/errors.js';
import type { PublishHub } from '../core/generated/model.generated.js';
import type { Http } from '../transport/http.js';
import type { HubAccess } from '../upstream/hub/hub-endpoint.js';
import type { HubPlace } from '../upstream/hub/hub-errors.js';
import type { UpstreamContext } from '../upstream/upstream-context.js';
import type { DestinationRequest } from './session.js';

/** What the work on one hub has at hand. */
export interface HubWork {
  to: PublishHub;
  access: HubAccess;
  place: HubPlace;
  http: Http;
  context: UpstreamContext;
  choices: DestinationRequest;
}

/**
 * The newest commit of the branch, with who sees the repository where the hub tells, or the error that says what is missing: the repository or
 * the branch.
 */
export type HubHead = { commit: string; isPrivate: boolean | null } | { missing: GgufError };

/** The library wants to see a token where we add the real one ourselves. */
export const placeholderToken = { accessToken: 'hf_' };
