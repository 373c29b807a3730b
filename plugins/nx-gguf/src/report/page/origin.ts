import type { Origin } from '../../core/generated/evidence.generated.js';
import { html, type Html } from './html.js';

/** Where files come from, in a few words. Addresses are text: the page leads nowhere outside. */
export function originHtml(origin: Origin): Html {
  const { type, repository, kind, endpoint, url, commit, member, command, directory } = origin;
  const part = member === null ? null : html`<code>${member}</code> in `;
  const at = commit === null ? null : html` at <code>${commit.slice(0, 12)}</code>`;
  switch (type) {
    case 'huggingface':
      return html`${part}<code>${repository ?? ''}</code>${kind === 'dataset' ? ' (a dataset)' : null}${endpoint === null ? null : html` on ${endpoint}`}${at}`;
    case 'git':
      return html`${part}${url === null ? 'a local git repository' : html`the git repository <code>${url}</code>`}${at}`;
    case 'url':
      return html`${part}${url === null ? 'an address that is not told' : html`<code>${url}</code>`}`;
    case 'command':
      return html`the program <code>${(command ?? []).join(' ')}</code> in <code>${directory ?? ''}</code>`;
    case 'path':
      return html`a local directory`;
  }
}
