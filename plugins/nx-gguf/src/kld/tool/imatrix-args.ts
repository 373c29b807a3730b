import { numberFlag, plainOfflineFlags } from './tool-flags.js';

/**
 * One run of llama-imatrix. Text and output are written into the result as given: use the same relative names
 * everywhere.
 */
export interface ImatrixOptions {
  readonly model: string;
  readonly text: string;
  readonly output: string;
  readonly contextTokens?: number;
  readonly batchTokens?: number;
  readonly ubatchTokens?: number;
  readonly chunks?: number;
  /** Number of leading chunks to leave out. */
  readonly firstChunk?: number;
  /** Collect for output.weight too. */
  readonly processOutput?: boolean;
  /** Read special tokens in the text as such, not as their letters. */
  readonly parseSpecial?: boolean;
  readonly threads?: number;
}

// The tool saves its unfinished work under the final name every so many chunks; it has no way to turn that
// off.
const never = 2_147_483_647;

/**
 * Arguments of llama-imatrix, which writes GGUF once, at its end (checked against common/arg.cpp of llama.cpp
 * v0.5.0).
 */
export function imatrixArgs(options: ImatrixOptions): string[] {
  return [
    ...plainOfflineFlags,
    ...[
      '-m',
      options.model,
      '-f',
      options.text,
      '-o',
      options.output,
      '--output-format',
      'gguf',
      '--output-frequency',
      String(never),
    ],
    ...numberFlag('-c', options.contextTokens),
    ...numberFlag('-b', options.batchTokens),
    ...numberFlag('-ub', options.ubatchTokens),
    ...numberFlag('--chunks', options.chunks),
    ...numberFlag('--chunk', options.firstChunk),
    ...(options.processOutput === true ? ['--process-output'] : []),
    ...(options.parseSpecial === true ? ['--parse-special'] : []),
    ...numberFlag('-t', options.threads),
  ];
}
