import type { PassOptions } from '../kld/perplexity-args.js';

/** How text is cut and batched; all of it can change the digits. `chunks` -1 means all. */
export interface EvaluationParameters {
  ctx: number;
  chunks: number;
  batch: number;
  ubatch: number;
}

/** The parameters in the words of llama-perplexity's arguments. */
export function passOptions({ ctx, batch, ubatch }: EvaluationParameters): Pick<PassOptions, 'contextTokens' | 'batchTokens' | 'ubatchTokens'> {
  return { contextTokens: ctx, batchTokens: batch, ubatchTokens: ubatch };
}
