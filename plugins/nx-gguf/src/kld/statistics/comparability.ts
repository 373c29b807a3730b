import { GgufError } from '../../core/errors.js';
import type { KldResult } from '../../core/generated/kld.generated.js';
import { conditionDifferences, conditionsOf } from './conditions.js';

/** A result under the name of its variant or reference. */
export interface NamedResult {
  readonly name: string;
  readonly result: KldResult;
}

/**
 * Holds that two results were measured on the same base and text in the same way, so that their chunks
 * correspond.
 * @throws GgufError `KLD_NOT_COMPARABLE` with everything that differs
 */
export function requireComparable(a: NamedResult, b: NamedResult): void {
  const differences = conditionDifferences(conditionsOf(a.result), conditionsOf(b.result)).map(
    ({ what, own, other }) => `${what}: ${own} and ${other}`,
  );
  if (differences.length === 0) return;
  throw new GgufError(
    'KLD_NOT_COMPARABLE',
    [`${a.name} and ${b.name} were not measured on the same:`, ...differences].join('\n'),
    { hint: 'Measure both in one workspace, with the same evaluation.' },
  );
}
