import type { GgufHeader } from '../../gguf/header.js';

/**
 * What to say of chunks that are longer than the context that a model was trained on, as its header states it;
 * null where they are not, or where it states none. llama-perplexity computes them nevertheless.
 */
export function longContextWords({ metadata }: Pick<GgufHeader, 'metadata'>, ctx: number): string | null {
  const architecture = metadata.get('general.architecture');
  if (architecture?.type !== 'string') return null;
  const trained = metadata.get(`${architecture.value}.context_length`);
  const tokens = trained !== undefined && 'value' in trained ? Number(trained.value) : 0;
  return tokens > 0 && ctx > tokens
    ? `evaluation.ctx is ${ctx}, and the model was trained on contexts of ${tokens} tokens: the figures are of text that it was not made for`
    : null;
}
