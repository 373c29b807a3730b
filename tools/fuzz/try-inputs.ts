import { seededRandom } from '../../plugins/nx-gguf/src/core/seeded-random.js';
import { startCoverage } from './coverage.js';
import { mutated } from './mutate.js';
import type { FuzzTarget } from './target.js';

/** How long, and from where, a target is tried. */
export interface FuzzPlan {
  readonly seed: number;
  /** Asked before each input. */
  readonly isOver: (inputs: number) => boolean;
  /** Inputs of earlier runs: tried as they are, then damaged further. */
  readonly corpus: readonly Uint8Array[];
  /** Whether inputs that reach new code are damaged further. That takes some milliseconds for each. */
  readonly isGuided: boolean;
}

/** An input that ended in no way that it may end. */
export interface FuzzFinding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

/** What trying a target showed. */
export interface FuzzResult {
  readonly inputs: number;
  /** How often each outcome was met. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly findings: readonly FuzzFinding[];
  /** Inputs that reached what none before reached, for the corpus. */
  readonly kept: readonly Uint8Array[];
}

const mostFindings = 10;
/** Where the code is that counts as reached. */
const watched = ['/plugins/nx-gguf/src/', '/tools/cache-server/src/'];

/** Tries a target with its seeds, the corpus, and damaged ones of both: the same inputs for the same plan. */
export async function tryInputs(target: FuzzTarget, plan: FuzzPlan): Promise<FuzzResult> {
  const random = seededRandom(plan.seed);
  const seeds = await target.seeds();
  const pool = [...seeds, ...plan.corpus];
  const first = pool.length;
  const outcomes = new Map<string, number>();
  const findings: FuzzFinding[] = [];
  const kept: Uint8Array[] = [];
  const coverage = plan.isGuided ? await startCoverage(watched) : null;
  let inputs = 0;
  try {
    while (findings.length < mostFindings && (inputs < first || !plan.isOver(inputs))) {
      const input = pool[inputs < first ? inputs : -1] ?? mutated(pool, random);
      let outcome: string;
      try {
        outcome = await target.attempt(input);
      } catch (error) {
        findings.push({ input, error });
        outcome = 'finding';
      }
      const isNew = coverage === null ? !outcomes.has(outcome) : await coverage.isNew();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (isNew && inputs >= first && outcome !== 'finding') {
        pool.push(input);
        kept.push(input);
      }
      inputs += 1;
    }
    await target.afterwards?.();
  } finally {
    await coverage?.end();
  }
  return { inputs, outcomes, findings, kept };
}
