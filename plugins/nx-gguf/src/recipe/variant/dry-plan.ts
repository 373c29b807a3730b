import type { Json } from '../../core/json/canonical-json.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { pinRules, sideEffects } from '../../quant/rules/pins.js';
import { quantizationPlan } from '../../quant/plan/tensor-plan.js';
import { isQuantizedFtype } from '../../quant/plan/plan-reason.js';
import type { PlanRule } from '../../quant/plan/plan-rule.js';
import { normalizeTensorTypes } from '../../quant/rules/tensor-types.js';
import { dryRunOf, dryRunStep } from '../../steps/quantize/dry-run.js';
import type { QuantizeSettings } from '../../steps/quantize/quantize.js';
import type { ObtainedHeaders } from './model-headers.js';
import type { HelperSteps } from '../ports.js';

/** The inputs of a dry run. */
export interface DryPlanInputs {
  headers: ObtainedHeaders;
  settings: QuantizeSettings;
  rules: readonly PlanRule[];
  /** Rules are added until no unnamed tensor has another type than without rules. */
  isPinned: boolean;
  hasImatrix: boolean;
  toolchain: Readonly<Record<string, Json>>;
  toolchainProject: string;
}

/** A plan with the rules that lead to it, the author's first and then the pinned ones. */
export interface DryPlan {
  plan: QuantizationPlan;
  rules: readonly PlanRule[];
  dryRuns: readonly Manifest[];
}

/** Computes a plan from dry runs with and without rules; each is in the store when it was made before. */
export async function dryPlan(
  { headers, settings, rules, isPinned, hasImatrix, toolchain, toolchainProject }: DryPlanInputs,
  ports: HelperSteps,
): Promise<DryPlan> {
  const run = (tried: readonly PlanRule[]): Promise<Manifest> => {
    const text = normalizeTensorTypes(tried);
    return ports.perform(
      dryRunStep({
        headers: headers.headers,
        bring: headers.bring,
        settings,
        rules: text === '' ? null : text,
        hasImatrix,
        toolchain,
      }),
      toolchainProject,
      { needFiles: false },
    );
  };
  const stockRun = await run([]);
  const stock = dryRunOf(stockRun);
  const planOf = async (tried: readonly PlanRule[]): Promise<DryPlan> => {
    const actualRun = tried.length === 0 ? stockRun : await run(tried);
    const plan = quantizationPlan({ rules: tried, options: settings, actual: dryRunOf(actualRun), stock });
    return { plan, rules: tried, dryRuns: tried.length === 0 ? [stockRun] : [actualRun, stockRun] };
  };
  let planned = await planOf(isQuantizedFtype(settings.ftype) ? rules : []);
  // A pin shifts the counters of other tensors in turn, so tensors that still differ are pinned as well, in
  // the end all of them.
  for (let round = 0; isPinned && sideEffects(planned.plan).length > 0 && round < 3; round += 1) {
    planned = await planOf([...rules, ...pinRules(planned.plan, stock, { all: round === 2 })]);
  }
  return planned;
}
