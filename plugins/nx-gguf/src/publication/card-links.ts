import { parse } from 'yaml';

/** Where the links of a card lead to. */
export interface LinkTargets {
  /** Paths of all files beside the card. */
  held: ReadonlySet<string>;
  /** Address of the repository's page at the destination, or null where it has none. */
  page: string | null;
}

/**
 * The links, pictures and license link of a card that lead to a file beside it which is not there, as they
 * stand in it, each once. Links to elsewhere, to headings and within code are not looked at.
 */
export function danglingLinks(card: string, { held, page }: LinkTargets): string[] {
  const dangling = linksOf(card).filter((link) => {
    const path = pathOf(link, page);
    return path !== null && !isHeld(path, held);
  });
  return [...new Set(dangling)];
}

function isHeld(path: string, held: ReadonlySet<string>): boolean {
  const bare = path.replace(/\/+$/, '');
  return bare === '' || held.has(bare) || [...held].some((file) => file.startsWith(`${bare}/`));
}

/** The file of the repository that a link names, or null when it names none. */
function pathOf(link: string, page: string | null): string | null {
  const own = page === null || !link.startsWith(`${page}/`) ? null : link.slice(page.length + 1);
  const inPage = own === null ? null : /^(?:resolve|blob|raw|tree)\/[^/]+\/(.+)$/.exec(own)?.[1];
  if (own !== null && inPage === undefined) return null;
  if (own === null && (/^(?:[a-z][a-z0-9+.-]*:|[/#?])/i.test(link) || link === '')) return null;
  return normalized(decoded((inPage ?? link).replace(/[?#].*$/s, '')));
}

/** A path without `.` and `..`; one that leaves the repository keeps its `..`, which no file has. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const frontMatter = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/;

function linksOf(card: string): string[] {
  const front = frontMatter.exec(card)?.[1];
  const body = withoutCode(card.replace(frontMatter, ''));
  const found = (pattern: RegExp): string[] =>
    [...body.matchAll(pattern)].map(([, ...parts]) => parts.join(''));
  return [
    ...(front === undefined ? [] : licenseLink(front)),
    ...found(/(?<!\\)\]\(\s*(?:<([^>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))*))/g),
    ...found(/^ {0,3}\[[^\]\n]+\]:[ \t]*(?:<([^>\n]*)>|(\S+))/gm),
    ...found(
      /<(?:a|img|source|video|audio)\b[^>]*?\s(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi,
    ),
  ].map((link) => link.replaceAll('&amp;', '&').replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'));
}

function licenseLink(front: string): string[] {
  try {
    const { license_link: link } = parse(front) as { license_link?: unknown };
    return typeof link === 'string' ? [link] : [];
  } catch {
    // Metadata that is no YAML is a matter of the destination.
    return [];
  }
}

function withoutCode(markdown: string): string {
  return markdown
    .replaceAll(/^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]*[ \t]*$|$(?![\s\S]))/gm, '')
    .replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '');
}
