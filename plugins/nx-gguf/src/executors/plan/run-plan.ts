import { dirname, join } from 'node:path';
import type { PlanOptions } from '../../core/generated/executors/plan.generated.js';
import { parseAs } from '../../core/validate.js';
import { planDiffTable } from '../../report/plan-diff-table.js';
import { planTable } from '../../report/plan-table.js';
import { planFile } from '../../steps/quantize/tensor-plan.js';
import { comparedSide } from './compared-side.js';
import type { Execution } from '../../task/run-executor.js';
import { manifestPath } from '../../core/target.js';
import { readSmallText } from '../../files/small-file.js';
import { oneFile } from '../../recipe/upstream-files.js';

/** Plans a variant, leaves the plan beside its manifest and prints it, or what differs from another one. */
export async function runPlan(execution: Execution<PlanOptions>): Promise<void> {
  const { ref: refOf, results, options, print } = execution;
  const ref = refOf('plan');
  const { manifest } = await results.obtain(ref, { needFiles: true, recipe: { from: options.from } });
  const text = await readSmallText(await results.resolve(oneFile(manifest, planFile, 'plan')));
  const plan = parseAs('plan', text, planFile);
  const place = join(dirname(manifestPath(ref)), planFile);
  if (options.against !== undefined)
    print(
      planDiffTable(await comparedSide(options.against, execution), { name: ref.variant ?? '', ...plan }),
    );
  else if (options.format === 'json') print(text.trimEnd());
  else print(`${planTable(plan, ref.variant ?? plan.ftype)}\n${place}`);
}
