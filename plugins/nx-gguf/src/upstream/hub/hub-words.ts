import type { HttpAnswer } from '../../transport/http.js';

const longestMessage = 300;

/** What a hub says in its answer, as the end of a sentence: in one line without control characters. */
export function saidByHub(answer: Pick<HttpAnswer, 'header'> & { text: string }): string {
  const line = hubWords(answer);
  return line === '' ? '' : `: ${line}`;
}

/** What a hub says in its answer, or an empty text. */
export function hubWords({ header, text }: Pick<HttpAnswer, 'header'> & { text: string }): string {
  return hubLine(errorOf(text) ?? header('x-error-message') ?? '');
}

/** Words of a hub in one line of bounded length, without control characters. */
export function hubLine(words: string): string {
  const line = words.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}...` : line;
}

function errorOf(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : null;
  } catch {
    // Not every answer is JSON.
    return null;
  }
}
