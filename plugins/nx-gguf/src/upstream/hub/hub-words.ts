import { jsonOrNull } from '../../core/json/json-reader.js';
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

/** The hub has `error`, a text or several, and sometimes a list `errors` beside it; Git LFS has `message`. */
function errorOf(text: string): string | null {
  // Not every answer is JSON.
  const { error, errors, message } = (jsonOrNull(text) ?? {}) as Record<string, unknown>;
  const words = [...wordsIn(error), ...wordsIn(errors)];
  const all = [...new Set(words.length > 0 ? words : wordsIn(message))];
  return all.length === 0 ? null : all.join('; ');
}

function wordsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  if (typeof value !== 'object' || value === null) return [];
  return wordsIn((value as { message?: unknown }).message);
}
