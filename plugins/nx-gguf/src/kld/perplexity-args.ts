import { numberFlag, plainOfflineFlags } from './tool-flags.js';

/** What both passes of a comparison share. Batch sizes change the last digits of the results. */
export interface PassOptions {
  readonly model: string;
  /** File of the base's log-probabilities; a FIFO will do. */
  readonly baseFile: string;
  readonly contextTokens: number;
  readonly batchTokens?: number;
  readonly ubatchTokens?: number;
  readonly threads?: number;
}

/** A base pass: writes the log-probabilities of the unquantized model over a text. Without `chunks`, over all of it. */
export interface BasePassOptions extends PassOptions {
  readonly text: string;
  readonly chunks?: number;
}

/** Arguments of llama-perplexity for a base pass (checked against common/arg.cpp of llama.cpp v0.5.0). */
export function basePassArgs(options: BasePassOptions): string[] {
  return [...common(options), '-f', options.text, '--kl-divergence-base', options.baseFile, ...numberFlag('--chunks', options.chunks)];
}

/** Arguments of llama-perplexity for a variant pass. Text and number of chunks come from the base file. */
export function variantPassArgs(options: PassOptions): string[] {
  return [...common(options), '--kl-divergence', '--kl-divergence-base', options.baseFile];
}

function common({ model, contextTokens, batchTokens, ubatchTokens, threads }: PassOptions): string[] {
  return [...plainOfflineFlags, '-m', model, '-c', String(contextTokens), ...numberFlag('-b', batchTokens), ...numberFlag('-ub', ubatchTokens), ...numberFlag('-t', threads)];
}
