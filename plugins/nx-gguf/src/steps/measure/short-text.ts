import { counted } from '../../core/counted.js';
import type { Report } from '../../core/events.js';
import type { KldBase } from './kld-base.js';

/**
 * Tells that a text has fewer chunks than were asked for: llama-perplexity takes those that there are, and
 * says nothing.
 */
export function tellShortText({ corpus, parameters }: KldBase, chunks: number | null, report: Report): void {
  if (chunks === null || parameters.chunks <= chunks) return;
  report({
    type: 'warning',
    message: shortTextWords('evaluation', { ...parameters, text: corpus.name, found: chunks }),
  });
}

/** `evaluation.chunks is 1000, and t.txt has 8 chunks of 512 tokens: all of it is read`. */
export function shortTextWords(
  field: string,
  { chunks, ctx, text, found }: { chunks: number; ctx: number; text: string; found: number },
): string {
  return `${field}.chunks is ${chunks}, and ${text} has ${counted(found, 'chunk')} of ${ctx} tokens: all of it is read`;
}
