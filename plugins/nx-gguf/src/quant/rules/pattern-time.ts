import { withinTime } from '../../core/bounded-work.js';
import { bytesAsText } from './rule-matching.js';
import type { PatternProblem } from './tensor-pattern.js';

// GGML_MAX_NAME of ggml.h leaves 63 bytes of a name.
const longestName = 63;
const mostLetters = 16;
const firstTryMs = 100;
const lastTryMs = 500;

/**
 * Why a pattern, given in lower case, would keep llama-quantize busy without end: it tries every way to split a
 * name, as `(a+)+$` does. Names that make it do so are tried; null when it comes to an end on all of them.
 */
export function timeProblem(
  lower: string,
  { pattern = lower, limitMs = lastTryMs }: { pattern?: string; limitMs?: number } = {},
): PatternProblem | null {
  if (!mayBeSlow(lower)) return null;
  const expression = new RegExp(bytesAsText(lower));
  const names = tryingNames(lower);
  const tried = (ms: number): boolean =>
    withinTime(() => {
      for (const name of names) expression.test(name);
    }, ms) !== null;
  // A machine may be busy with something else for a moment.
  if (tried(Math.min(firstTryMs, limitMs)) || tried(limitMs)) return null;
  return {
    code: 'TENSOR_PATTERN_SLOW',
    message: `pattern '${pattern}' tries every way to split a name and comes to no end on some: write it without a repetition of a repetition`,
  };
}

/** True for a pattern that repeats a group, or has so many repetitions that they multiply. */
function mayBeSlow(pattern: string): boolean {
  return /\)[*+?{]/.test(pattern) || (pattern.match(/[*+{]/g)?.length ?? 0) > 3;
}

/** Names of the longest length that end as no pattern expects. */
function tryingNames(pattern: string): string[] {
  const letters = [...new Set(['a', '0', ...(pattern.match(/[a-z\d_.-]/g) ?? [])])].slice(0, mostLetters);
  const fillings = [...letters, 'ab0_.', 'ffn_down.'];
  return ['', 'blk.0.'].flatMap((start) =>
    fillings.map((filling) => `${`${start}${filling.repeat(longestName)}`.slice(0, longestName - 1)}\u0001`),
  );
}
