import { planDifference, type TypedTensor } from '../quant/plan/plan-diff.js';
import { sizeChangeText, sizeText } from './numbers.js';
import { tensorGroups } from './tensor-groups.js';
import { textTable } from './text-table.js';

/** One side of a comparison: a plan, or the tensors of a file. */
export interface PlanSide {
  name: string;
  tensors: readonly TypedTensor[];
  total: { readonly sizeBytes: number; readonly bitsPerWeight: number };
}

/** What differs between two plans: types by role and block, bytes, and bits per weight. */
export function planDiffTable(before: PlanSide, after: PlanSide): string {
  const head = `${after.name} against ${before.name}: ${sizeChangeText(after.total.sizeBytes - before.total.sizeBytes)} (${sizeText(before.total.sizeBytes)} -> ${sizeText(after.total.sizeBytes)}), ${before.total.bitsPerWeight.toFixed(2)} -> ${after.total.bitsPerWeight.toFixed(2)} bits per weight`;
  const differences = planDifference(before.tensors, after.tensors);
  if (differences.length === 0) return `${head}\nEvery tensor has the same type.`;
  const rows = tensorGroups(differences, (tensor, role) =>
    JSON.stringify([role, tensor.before?.to, tensor.after?.to]),
  ).map(({ roles, blocks, tensors }) => [
    roles,
    blocks,
    tensors[0]?.before?.to ?? 'none',
    tensors[0]?.after?.to ?? 'none',
    sizeChangeText(tensors.reduce((sum, { changeBytes }) => sum + changeBytes, 0)),
  ]);
  return `${head}\n${textTable([['tensors', 'blk', before.name, after.name, 'change'], ...rows], 'llllr')}`;
}
