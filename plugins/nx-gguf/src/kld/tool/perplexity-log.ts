import { GgufError } from '../../core/errors.js';
import { noStatistics } from '../statistics/no-statistics.js';
import { failureIn, toolLines } from './perplexity-failures.js';
import { numberPattern, toNumber } from './tool-numbers.js';

/** One chunk of a base pass, with the perplexity over the chunks so far. */
export interface BaseProgress {
  readonly chunk: number;
  readonly perplexity: number;
}

const tailLines = 20;

/**
 * The chunks that a piece of a base pass's output reports as done: `[1]12.3456,[2]…`, which has no line ends.
 */
export function baseProgress(text: string): BaseProgress[] {
  return [...text.matchAll(new RegExp(`\\[(\\d+)\\](${numberPattern}),`, 'g'))].map(
    ([, chunk, perplexity]) => ({ chunk: Number(chunk), perplexity: toNumber(perplexity) }),
  );
}

/**
 * The number of chunks that a base pass announces before it computes the first one, or null while it has not.
 */
export function announcedChunks(output: string): number | null {
  const chunks = /calculating perplexity over (\d+) chunks/.exec(output)?.[1];
  return chunks === undefined ? null : Number(chunks);
}

/**
 * The perplexity of a base pass over all its chunks, from its last line or, as that can be lost, from its
 * progress, which shows the same four decimals.
 * @throws GgufError in the tool's own words when it reported a failure; `KLD_NO_STATISTICS`, `KLD_NOT_FINITE`
 */
export function requireBasePerplexity(output: string): number {
  const lines = toolLines(output);
  const failure = failureIn(lines);
  if (failure !== null) throw failure;
  const tail = lines.slice(-tailLines);
  const final = firstMatch(lines, new RegExp(`^Final estimate: PPL = (${numberPattern}) `));
  const last = baseProgress(output).at(-1);
  const perplexity =
    final !== undefined
      ? toNumber(final)
      : last !== undefined && last.chunk === announcedChunks(output)
        ? last.perplexity
        : undefined;
  if (perplexity === undefined) throw noStatistics(tail);
  if (Number.isFinite(perplexity)) return perplexity;
  throw new GgufError('KLD_NOT_FINITE', 'the perplexity of the base model is no finite number', {
    hint: 'The model computes NaN or infinity: check its conversion.',
    tail,
  });
}

function firstMatch(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.map((line) => pattern.exec(line)?.[1]).find((group) => group !== undefined);
}
