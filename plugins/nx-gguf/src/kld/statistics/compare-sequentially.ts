import type { SequentialComparison } from '../../core/generated/comparison.generated.js';
import { validate } from '../../core/validate.js';
import type { ChunkRow } from '../tool/chunk-row.js';
import { sequentialLook, type StoppingRule } from './confidence-sequence.js';
import { comparedTokens } from './kld-statistics.js';
import { differenceOf, runningMean } from './running-mean.js';

/** Rows of one side so far. */
export interface SequentialSide {
  readonly name: string;
  readonly rows: readonly Pick<ChunkRow, 'kldNats'>[];
}

/** How far a sequential comparison is: its result is null while it goes on. */
export interface SequentialProgress {
  readonly chunks: number;
  readonly result: SequentialComparison | null;
}

/**
 * Follows two runs on one base pass. What decides is the first look at which the rule is met, so the result
 * does not depend on how much further either process came.
 * @param rule its budget is at most the chunks of the text
 */
export function compareSequentially(
  a: SequentialSide,
  b: SequentialSide,
  { ctx, rule }: { ctx: number; rule: StoppingRule },
): SequentialProgress {
  const series = ({ rows }: SequentialSide) =>
    runningMean(
      rows.map(({ kldNats }) => kldNats.value),
      5,
    );
  const look = sequentialLook(differenceOf(series(a), series(b)), rule);
  if (look === null || look.verdict === 'continue') return { chunks: look?.chunks ?? 0, result: null };
  const at = ({ rows }: SequentialSide): number => rows[look.chunks - 1]?.kldNats.value ?? Number.NaN;
  const result: SequentialComparison = {
    format: 1,
    mode: 'sequential',
    method: 'asymptotic confidence sequence over batches of chunks',
    a: a.name,
    b: b.name,
    chunks: look.chunks,
    tokens: comparedTokens({ chunks: look.chunks, ctx }),
    confidencePercent: rule.confidencePercent,
    budgetChunks: rule.budgetChunks,
    batchChunks: rule.batchChunks,
    meanKld: { a: at(a), b: at(b) },
    difference: look.mean,
    interval: look.interval,
    closer: look.verdict === 'below' ? 'a' : look.verdict === 'above' ? 'b' : null,
  };
  return {
    chunks: look.chunks,
    result: validate('comparison', result, 'comparison') as SequentialComparison,
  };
}
