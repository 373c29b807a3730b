import type { Report } from '../../core/events.js';
import type { HttpAnswer } from '../../transport/http.js';
import type { HubPlace } from './hub-errors.js';

/** Owner and name as a hub allows them; nothing else that a server says is shown as one. */
const repositoryName = '[\\w.-]+/[\\w.-]+';
const told = new WeakMap<Report, Set<string>>();

/**
 * The name of the repository that an answer came from in place of the one that was asked for, or null. A hub
 * answers requests to a renamed repository, and to one in other letter case, with 307 and an address on
 * itself (huggingface_hub 981 and 983).
 */
export function newRepositoryName(
  { hops }: Pick<HttpAnswer, 'hops'>,
  { endpoint, kind, repository }: Pick<HubPlace, 'endpoint' | 'kind' | 'repository'>,
): string | null {
  const { origin, pathname } = new URL(endpoint);
  const base = pathname.replace(/\/$/, '');
  const plural = `${kind}s`;
  for (const hop of hops) {
    if (hop.origin !== origin || !hop.pathname.startsWith(`${base}/`)) continue;
    const path = hop.pathname.slice(base.length);
    const [, ofApi, prefix = '', ofFile] =
      new RegExp(
        `^/(?:api/(?:resolve-cache/)?${plural}/(${repositoryName})(?:/|$)|(datasets/)?(${repositoryName})/(?:resolve|raw)/)`,
      ).exec(path) ?? [];
    const name = ofApi ?? ((prefix !== '') === (kind === 'dataset') ? ofFile : undefined);
    if (name !== undefined && name !== repository) return name;
  }
  return null;
}

/** Tells the user once in a run that a repository, read or published to, has another name now. */
export function noticeRename(
  answer: Pick<HttpAnswer, 'hops'>,
  place: Pick<HubPlace, 'endpoint' | 'kind' | 'repository'> & { isDestination?: boolean },
  report: Report,
): void {
  const name = newRepositoryName(answer, place);
  if (name === null) return;
  const names = told.get(report) ?? new Set();
  told.set(report, names);
  if (names.has(place.repository)) return;
  names.add(place.repository);
  report({
    type: 'warning',
    message: `${place.repository} is named ${name} by now, and the hub redirects to it; write "repository": ${JSON.stringify(name)} ${place.isDestination === true ? 'under "publish" in model.json' : 'and pin it with `nx g nx-gguf:update`'}: a redirect ends when somebody takes the old name`,
  });
}
