import { markdownTable } from 'markdown-table';
import { visibleLine, visibleText } from '../../core/visible-text.js';

/**
 * Text that is to be read as it is, wherever it comes from: no markup, no HTML, nothing that a page makes a link
 * or a mention of by itself, nothing that is not seen; one line.
 */
export function plainText(text: string): string {
  return ownText(text)
    .replace(/:(?=\/\/)/g, String.raw`\:`)
    .replace(/(?<=www)\./gi, String.raw`\.`)
    .replaceAll('@', String.raw`\@`);
}

/** As `plainText`, for words of the model's author, in which an address becomes a link. */
export function ownText(text: string): string {
  return (
    oneLine(text)
      .replace(
        /[\\`*[\]<>|~&#$!]/g,
        (character) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;' })[character] ?? `\\${character}`,
      )
      // An underscore within a word is no markup.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
      .replace(/^([-+=]|\d+[.)])(?=\s|$)/, String.raw`\$1`)
  );
}

/** A figure with its unit or error, which no line's end tears apart, unless before the error. */
export function unbroken(text: string): string {
  return text.replaceAll(' ', '\u00a0').replaceAll('\u00a0±', ' ±');
}

/** Code within a line, whatever is in it. */
export function inlineCode(text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  const fence = '`'.repeat(longestRun(line) + 1);
  const space = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

/**
 * A sha256 in a table: in code, with one place at which a narrow page may break the line; copied, it is
 * whole.
 */
export function digestCode(sha256: string): string {
  return `<code>${sha256.slice(0, 32)}<wbr>${sha256.slice(32)}</code>`;
}

/** A block of code, whatever is in it. */
export function codeBlock(code: string, language = ''): string {
  const text = visibleText(code);
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** A table of cells that are Markdown already; the first row is its head. A bar in a cell does not end it. */
export function table(rows: readonly (readonly string[])[], align: string): string {
  return markdownTable(
    rows.map((row) => row.map((cell) => cell.replace(/(?<!\\)((?:\\\\)*)\|/g, String.raw`$1\|`))),
    { align: Array.from(align) },
  );
}

/** A part that is folded away until it is opened. */
export function folded(summary: string, body: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

function oneLine(text: string): string {
  return visibleLine(text.replace(/\s+/g, ' ').trim(), mostOfLine);
}

const mostOfLine = 2_000;

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}
