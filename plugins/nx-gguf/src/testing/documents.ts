import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked, type Token, type Tokens } from 'marked';
import { globSync } from 'tinyglobby';

/** The root of this repository. */
export const repository = join(import.meta.dirname, '../../../..');

/** What is asked of a Markdown document. */
export interface MarkdownDocument {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly links: readonly string[];
  /** The anchors of its headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
  readonly blocks: readonly CodeBlock[];
  /** Code within sentences and tables. */
  readonly codeSpans: readonly string[];
}

/** A fenced block; its language is empty where none is given. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** The documents of this repository that people read. */
export function documents(): MarkdownDocument[] {
  return [
    'README.md',
    'CONTRIBUTING.md',
    ...globSync(['docs/*.md'], { cwd: repository }).sort(),
    'tools/cache-server/README.md',
    'plugins/nx-gguf/README.md',
  ].map((path) => markdownDocument(path, readFileSync(join(repository, path), 'utf8')));
}

/** A Markdown text, taken apart. */
export function markdownDocument(path: string, text: string): MarkdownDocument {
  const links: string[] = [];
  const headings: string[] = [];
  const blocks: CodeBlock[] = [];
  const codeSpans: string[] = [];
  void marked.walkTokens(marked.lexer(text), (token: Token) => {
    if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href);
    if (token.type === 'heading') headings.push(plainText(token.tokens ?? []));
    if (token.type === 'code')
      blocks.push({ language: (token as Tokens.Code).lang ?? '', text: (token as Tokens.Code).text });
    if (token.type === 'codespan') codeSpans.push((token as Tokens.Codespan).text);
  });
  return { path, text, links, anchors: anchorsOf(headings), blocks, codeSpans };
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if ('tokens' in token) return plainText((token as { tokens?: Token[] }).tokens ?? []);
      return 'text' in token ? String(token.text) : '';
    })
    .join('');
}

/**
 * The anchors of headings: words in lower case, without punctuation, and with a number where one occurs
 * again.
 */
export function anchorsOf(headings: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const anchors = headings.map((heading) => {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
  return new Set(anchors);
}
