import { counted } from '../../core/counted.js';

/**
 * What to say of a text that has fewer chunks than were asked for, of which llama.cpp says nothing:
 * `evaluation.chunks is 1000, and t.txt has 8 chunks of 512 tokens: all of it is read`.
 */
export function shortTextWords(
  field: string,
  { chunks, ctx, text, found }: { chunks: number; ctx: number; text: string; found: number },
): string {
  return `${field}.chunks is ${chunks}, and ${text} has ${counted(found, 'chunk')} of ${ctx} tokens: all of it is read`;
}
