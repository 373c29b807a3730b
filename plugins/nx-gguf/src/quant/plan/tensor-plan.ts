import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { bitsPerWeight, elementCount } from '../../gguf/weight-count.js';
import { dryRunBytes } from '../tool/dry-run.js';
import { findFtype } from '../tool/ftypes.js';
import { reasons, type PlanInputs } from './plan-reason.js';

/**
 * Type, size and reason of every tensor.
 * @throws GgufError `PLAN_DISAGREES` when llama-quantize does with a tensor what the rules as read here do
 *   not explain.
 */
export function quantizationPlan(inputs: PlanInputs): QuantizationPlan {
  const because = reasons(inputs);
  const stockTypes = new Map(inputs.stock.tensors.map(({ name, to }) => [name, to]));
  const tensors = inputs.actual.tensors.map((tensor): PlannedTensor => ({
    ...tensor,
    shape: [...tensor.shape],
    ...stockOf(stockTypes.get(tensor.name)),
    sizeBytes: dryRunBytes(tensor).to,
    because: because(tensor),
  }));
  const elements = sum(tensors.map(({ shape }) => elementCount(shape)));
  const sizeBytes = sum(tensors.map((tensor) => tensor.sizeBytes));
  return {
    format: 1,
    ftype: findFtype(inputs.options.ftype)?.name ?? inputs.options.ftype,
    tensors,
    total: {
      elements,
      sizeBytes,
      bitsPerWeight: bitsPerWeight({ elements, sizeBytes }),
      sourceBytes: sum(inputs.actual.tensors.map((tensor) => dryRunBytes(tensor).from)),
    },
  };
}

function stockOf(stock: PlannedTensor['stock']): Pick<PlannedTensor, 'stock'> {
  return stock === undefined ? {} : { stock };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
