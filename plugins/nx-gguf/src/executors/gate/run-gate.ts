import { GgufError } from '../../core/errors.js';
import type { GateOptions } from '../../core/generated/executors/gate.generated.js';
import { validate } from '../../core/validate.js';
import { gateSummary, gateTable } from '../../report/gate-table.js';
import type { Execution } from '../../task/run-executor.js';
import { targetName } from '../../core/target.js';

/**
 * Holds the variants to their gates and prints the table.
 * @throws GgufError `GATE_FAILED`
 */
export async function runGate({ ref: refOf, results, print }: Execution<GateOptions>): Promise<void> {
  const ref = refOf('gate');
  const { manifest } = await results.obtain(ref);
  const result = validate('gate', manifest.facts, `result of ${targetName(ref)}`);
  print(gateTable(result));
  const summary = `${targetName(ref)}: ${gateSummary(result)}`;
  if (!result.passed)
    throw new GgufError('GATE_FAILED', summary, {
      hint: 'Change the recipe, or the gates in model.json if they ask for too much.',
    });
  print(summary);
}
