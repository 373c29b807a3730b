import { Marked, type Token, type Tokens } from 'marked';
import { parse } from 'yaml';

/** A card as parsers of YAML and Markdown that are not ours read it. */
export interface ReadCard {
  readonly text: string;
  readonly body: string;
  readonly front: Record<string, unknown>;
  /** All tables in order, their cells as the text that a reader sees. */
  readonly tables: readonly string[][][];
  readonly links: readonly string[];
  readonly images: readonly Tokens.Image[];
  readonly html: string;
}

/** Reads a card; one without front matter is an error. */
export function readCard(text: string): ReadCard {
  const [, front, body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(text) ?? [];
  if (front === undefined) throw new Error('the card has no front matter');
  const tokens = flat(new Marked({ gfm: true }).lexer(body));
  const of = <T extends Token>(type: string): T[] =>
    tokens.filter((token): token is T => token.type === type);
  return {
    text,
    body,
    front: parse(front) as Record<string, unknown>,
    tables: of<Tokens.Table>('table').map(({ header, rows }) =>
      [header, ...rows].map((row) => row.map((cell) => seen(cell.tokens))),
    ),
    links: of<Tokens.Link>('link').map(({ href }) => href),
    images: of<Tokens.Image>('image'),
    html: new Marked({ gfm: true }).parse(body) as string,
  };
}

/** The rows of the first table whose head begins so, without the head. */
export function tableOf({ tables }: Pick<ReadCard, 'tables'>, ...head: string[]): string[][] {
  const found = tables.find(([first]) => head.every((text, index) => first?.[index] === text));
  if (found === undefined) throw new Error(`no table ${head.join(' | ')}`);
  return found.slice(1);
}

function seen(tokens: readonly Token[]): string {
  return tokens
    .map((token) =>
      token.type === 'html'
        ? ''
        : 'tokens' in token
          ? seen(token.tokens ?? [])
          : 'text' in token
            ? String(token.text)
            : token.raw,
    )
    .join('')
    .replaceAll('\u00a0', ' ')
    .replace(/&lt;|&gt;|&amp;/g, (entity) => ({ '&lt;': '<', '&gt;': '>' })[entity] ?? '&');
}

function flat(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => [token, ...flat(inside(token))]);
}

// A part that is folded away is HTML around Markdown, and no token of its own.
function inside(token: Token): Token[] {
  if (token.type === 'table')
    return [token as Tokens.Table].flatMap(({ header, rows }) =>
      [header, ...rows].flat().flatMap((cell) => cell.tokens),
    );
  return 'tokens' in token ? (token.tokens ?? []) : [];
}
