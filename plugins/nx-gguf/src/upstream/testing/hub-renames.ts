import type { Exchange, Reply } from './hub-types.js';

/**
 * The answer to a request that names a repository by a former name, or null: 307 with the same path under the
 * new name, relative to the host (huggingface_hub 981, 983 and 4637; its `_request_wrapper` follows "relative
 * redirects" for that). Of a private repository strangers learn nothing.
 */
export function renamed({ hub, seen, url }: Exchange): Reply | null {
  for (const { name, kind, formerNames = [], token } of hub.repos) {
    const isReader = token === undefined || seen.authorization === `Bearer ${token}`;
    for (const former of isReader ? formerNames : []) {
      const prefixes =
        kind === 'dataset'
          ? ['/api/datasets/', '/datasets/']
          : ['/api/models/', '/api/resolve-cache/models/', '/'];
      const prefix = prefixes.find((candidate) => url.pathname.startsWith(`${candidate}${former}`));
      const rest = prefix === undefined ? '' : url.pathname.slice(prefix.length + former.length);
      if (prefix !== undefined && /^(\/|\.git\/|$)/.test(rest))
        return {
          status: 307,
          body: { error: `Temporary Redirect. Redirecting to ${prefix}${name}${rest}` },
          headers: { location: `${prefix}${name}${rest}${url.search}` },
        };
    }
  }
  return null;
}
