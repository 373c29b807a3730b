import type { GgufHeader } from '../../gguf/header/header.js';

/** The tokens of the context that a model was trained on, as its header states it; null where it states none. */
export function trainedContext({ metadata }: Pick<GgufHeader, 'metadata'>): number | null {
  const architecture = metadata.get('general.architecture');
  if (architecture?.type !== 'string') return null;
  const trained = metadata.get(`${architecture.value}.context_length`);
  const tokens = trained !== undefined && 'value' in trained ? Number(trained.value) : 0;
  return tokens > 0 ? tokens : null;
}

/**
 * What to say of chunks that are longer than the context that a model was trained on. llama-perplexity computes
 * them nevertheless.
 */
export function longContextWords(ctx: number, trained: number): string {
  return `evaluation.ctx is ${ctx}, and the model was trained on contexts of ${trained} tokens: the figures are of text that it was not made for`;
}
