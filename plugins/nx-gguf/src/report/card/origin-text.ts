import type { Origin } from '../../core/generated/evidence.generated.js';
import { inlineCode, plainText } from './markdown.js';

const publicHub = 'https://huggingface.co';

/** Where files come from in a few words, with a link where there is a page. */
export function originText(origin: Origin): string {
  const { type, repository, kind, url, commit, member } = origin;
  const part = member === null ? '' : `${inlineCode(member)} in `;
  const at = commit === null ? '' : ` at commit ${inlineCode(commit)}`;
  switch (type) {
    case 'huggingface': {
      const page = hubPage(origin);
      const name = plainText(repository ?? '');
      return `${part}${page === null ? name : `[${name}](${page})`}${kind === 'dataset' ? ' (a dataset)' : ''}${at}`;
    }
    case 'git':
      return `${part}${url === null ? 'a local git repository' : `the git repository ${inlineCode(url)}`}${at}`;
    case 'url':
      return `${part}${url === null ? 'an address that is not told' : inlineCode(url)}`;
    case 'command':
      return `the program ${inlineCode((origin.command ?? []).join(' '))} in ${inlineCode(origin.directory ?? '')}`;
    case 'path':
      return 'a local directory';
  }
}

/** Page of a repository of the hub; null for other sources and for hubs that are not public. */
export function hubPage({ type, repository, kind, endpoint, commit }: Origin): string | null {
  if (
    type !== 'huggingface' ||
    repository === null ||
    endpoint !== null ||
    !/^[\w.-]+\/[\w.-]+$/.test(repository)
  )
    return null;
  return `${publicHub}/${kind === 'dataset' ? 'datasets/' : ''}${repository}${commit === null ? '' : `/tree/${commit}`}`;
}
