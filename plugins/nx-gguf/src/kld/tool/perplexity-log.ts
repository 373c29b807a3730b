import { GgufError } from '../../core/errors.js';
import type { Estimate } from '../../core/generated/kld.generated.js';
import { noStatistics } from '../statistics/no-statistics.js';
import { failureIn, toolLines } from './perplexity-failures.js';
import { estimate, numberPattern, toNumber } from './tool-numbers.js';

/** One chunk of a base pass, with the perplexity over the chunks so far. */
export interface BaseProgress {
  readonly chunk: number;
  readonly perplexity: number;
}

const tailLines = 20;
const longestChunk = 400;
const finalPattern = new RegExp(`^Final estimate: PPL = (${numberPattern}) \\+/- (${numberPattern})$`);

/**
 * The chunks that a piece of a base pass's output reports as done: `[1]12.3456,[2]…`, which has no line ends.
 */
export function baseProgress(text: string): BaseProgress[] {
  return [...text.matchAll(new RegExp(`\\[(\\d+)\\](${numberPattern}),`, 'g'))].map(
    ([, chunk, perplexity]) => ({ chunk: Number(chunk), perplexity: toNumber(perplexity) }),
  );
}

/**
 * Reads the progress of a base pass, or of llama-imatrix, from the pieces of its standard output; a chunk that
 * is cut between two pieces comes with the second.
 */
export function progressReader(): (text: string) => BaseProgress[] {
  let rest = '';
  return (text) => {
    const all = rest + text;
    rest = all.slice(Math.max(all.lastIndexOf(',') + 1, all.length - longestChunk));
    return baseProgress(all);
  };
}

/** A chunk the way the tool printed it: `[1]nan`. */
export function progressText({ chunk, perplexity }: BaseProgress): string {
  const value = Number.isNaN(perplexity) ? 'nan' : perplexity === Infinity ? 'inf' : perplexity.toFixed(4);
  return `[${chunk}]${value}`;
}

/**
 * The number of chunks that a base pass announces before it computes the first one, or null while it has not.
 */
export function announcedChunks(output: string): number | null {
  const chunks = /calculating perplexity over (\d+) chunks/.exec(output)?.[1];
  return chunks === undefined ? null : Number(chunks);
}

/**
 * The perplexity of a base pass over all its chunks and its error, from its last line.
 * @throws GgufError in the tool's own words when it reported a failure; `KLD_NO_STATISTICS` when the line was
 *   lost, `KLD_NOT_FINITE`
 */
export function requireBasePerplexity(output: string): Estimate {
  const lines = toolLines(output);
  const failure = failureIn(lines);
  if (failure !== null) throw failure;
  const tail = lines.slice(-tailLines);
  const [value, error] =
    lines
      .map((line) => finalPattern.exec(line))
      .find((match) => match !== null)
      ?.slice(1) ?? [];
  if (value === undefined) throw noStatistics(tail);
  const perplexity = estimate({ value: toNumber(value), error: toNumber(error) });
  if (Number.isFinite(perplexity.value)) return perplexity;
  throw new GgufError('KLD_NOT_FINITE', 'the perplexity of the base model is no finite number', {
    hint: 'The model computes NaN or infinity: check its conversion.',
    tail,
  });
}
