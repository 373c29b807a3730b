import type { PlannedTensor, QuantizationPlan } from '../core/generated/plan.generated.js';
import { dryRunBytes, type DryRun } from './dry-run.js';
import { findFtype } from './ftypes.js';
import { reasons, type PlanOptions } from './plan-reason.js';
import type { PlanRule } from './plan-rule.js';

/** What a plan is computed from: the rules, the options, and two dry runs, with these rules and without any. */
export interface PlanInputs {
  readonly rules: readonly PlanRule[];
  readonly options: PlanOptions;
  readonly actual: DryRun;
  readonly stock: DryRun;
}

/**
 * Type, size and reason of every tensor.
 * @throws GgufError `PLAN_DISAGREES` when llama-quantize does with a tensor what the rules as read here do not explain.
 */
export function quantizationPlan(inputs: PlanInputs): QuantizationPlan {
  const because = reasons(inputs);
  const tensors = inputs.actual.tensors.map((tensor): PlannedTensor => ({
    ...tensor, shape: [...tensor.shape], sizeBytes: dryRunBytes(tensor).to, because: because(tensor),
  }));
  const elements = sum(tensors.map(elementsOf));
  const sizeBytes = sum(tensors.map((tensor) => tensor.sizeBytes));
  return {
    format: 1,
    ftype: findFtype(inputs.options.ftype)?.name ?? inputs.options.ftype,
    tensors,
    total: { elements, sizeBytes, bitsPerWeight: elements === 0 ? 0 : (sizeBytes * 8) / elements, sourceBytes: sum(inputs.actual.tensors.map((tensor) => dryRunBytes(tensor).from)) },
  };
}

/** Number of values in a tensor. */
export function elementsOf({ shape }: { readonly shape: readonly number[] }): number {
  return shape.reduce((count, dimension) => count * dimension, 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
