import { escapeHtml } from './html.js';
import { scriptDigest } from './policy.js';

/** Loads the page again when the server says that it changed, or when the server was away. */
const liveScript = `
let isLost = false;
const events = new EventSource('/events');
events.addEventListener('changed', () => location.reload());
events.addEventListener('error', () => { isLost = true; });
events.addEventListener('open', () => { if (isLost) location.reload(); });
`;

/**
 * A page as a server of this machine gives it: it may also ask that server whether it changed, and nothing
 * else.
 */
export function servedPage(page: string): string {
  const forbidden = escapeHtml("connect-src 'none'; script-src ");
  const allowed = escapeHtml(`connect-src 'self'; script-src ${scriptDigest(liveScript)} `);
  const end = page.lastIndexOf('</body>');
  if (end < 0 || !page.includes(forbidden)) throw new Error('this is no page of a report');
  return `${page.slice(0, end).replace(forbidden, () => allowed)}<script>${liveScript}</script>\n${page.slice(end)}`;
}
