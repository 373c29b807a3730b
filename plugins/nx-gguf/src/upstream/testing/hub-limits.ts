import { failure } from './hub-replies.js';
import type { Exchange, HubCommit, HubLimit, HubRepo, HubServer, Reply } from './hub-types.js';

/** The answer to a request for which there is nothing left, or null; requests are counted here. */
export function rateLimited({ hub, url, request }: Exchange): Reply | null {
  const { api, resolvers, commits } = hub.limits;
  const [name, limit] = url.pathname.includes('/resolve/') ? ['resolvers', resolvers] : ['api', api];
  if (limit !== null && !taken(limit)) return tooMany('Too many requests', name, limit);
  const isCommit = request.method === 'POST' && /\/commit\/[^/]+$/.test(url.pathname);
  if (!isCommit || commits === null || taken(commits)) return null;
  const minutes = Math.ceil(commits.resetSeconds / 60);
  const reply = failure(
    429,
    'TooManyRequests',
    `You have exceeded the rate limit for repository commits (128 per hour). You can retry this action in ${minutes} minutes.`,
  );
  return {
    ...reply,
    headers: {
      ...reply.headers,
      // The window of the API has requests left: its time is not the one to wait.
      ratelimit: '"api";r=977;t=188',
      ...(commits.inWords === true ? {} : { 'retry-after': String(commits.resetSeconds) }),
    },
  };
}

function taken(limit: HubLimit): boolean {
  if (limit.left === 0) return false;
  limit.left--;
  return true;
}

function tooMany(message: string, name: string, { resetSeconds }: HubLimit): Reply {
  const reply = failure(429, 'TooManyRequests', message);
  return {
    ...reply,
    headers: {
      ...reply.headers,
      ratelimit: `"${name}";r=0;t=${resetSeconds}`,
      'ratelimit-policy': `"fixed window";"${name}";q=1000;w=300`,
    },
  };
}

/** The refusal of a commit whose files have no room, or null. All versions count, as the history keeps them. */
export function outOfStorage(hub: HubServer, repo: HubRepo, files: HubCommit['files']): Reply | null {
  const { privateBytes } = hub.limits;
  if (privateBytes === null || repo.token === undefined) return null;
  const sizes = new Map(
    [...repo.commits, { files }].flatMap((commit) =>
      Object.values(commit.files).map(({ sha256, sizeBytes }) => [sha256, sizeBytes] as const),
    ),
  );
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return total <= privateBytes
    ? null
    : failure(
        403,
        'Forbidden',
        'Private repository storage limit reached, please upgrade your plan to increase your private storage limit',
      );
}
