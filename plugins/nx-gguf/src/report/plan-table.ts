import { counted } from '../core/counted.js';
import type { PlannedTensor, PlanReason, QuantizationPlan } from '../core/generated/plan.generated.js';
import { imatrixCoverageText } from './imatrix-coverage-text.js';
import { sizeText } from './numbers.js';
import { tensorGroups } from './tensor-groups.js';
import { textTable } from './text-table.js';

/**
 * A plan as a table for people: tensors of one role, type and reason share a row, copied ones a row for each
 * type. `name` is that of the variant.
 */
export function planTable(plan: QuantizationPlan, name: string): string {
  const because = ({ because: reason }: PlannedTensor) => reasonText(reason, plan.ftype);
  const groups = tensorGroups(plan.tensors, (tensor, role) =>
    JSON.stringify([tensor.because.kind === 'copied' ? '' : role, tensor.to, because(tensor)]),
  );
  const rows = groups.map(({ roles, blocks, tensors }) => {
    const [first] = tensors;
    return [
      roles,
      blocks,
      first?.to ?? '',
      sizeText(tensors.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)),
      first === undefined ? '' : because(first),
    ];
  });
  return `${planSummary(plan, name)}\n${imatrixLine(plan)}${textTable([['tensors', 'blk', 'type', 'size', 'because'], ...rows], 'lllrl')}`;
}

/** One line: variant, type of the file where the variant is not named like it, size, bits per weight, number of tensors, size of the source. */
function planSummary({ ftype, tensors, total }: QuantizationPlan, name: string): string {
  return `${name === ftype ? name : `${name} (${ftype})`}: ${sizeText(total.sizeBytes)}, ${total.bitsPerWeight.toFixed(2)} bits per weight, ${counted(tensors.length, 'tensor')} (source ${sizeText(total.sourceBytes)})`;
}

function imatrixLine({ imatrixCoverage }: QuantizationPlan): string {
  return imatrixCoverage === undefined ? '' : `importance matrix: ${imatrixCoverageText(imatrixCoverage)}\n`;
}

/** A reason in a few words. */
export function reasonText(reason: PlanReason, ftype: string): string {
  switch (reason.kind) {
    case 'rule':
      return `rule of line ${reason.line}`;
    case 'pin':
      return 'pinned to its type without rules';
    case 'option':
      return `--${reason.option}${reason.overruled === undefined ? '' : `, over the rule of line ${reason.overruled}`}`;
    case 'default':
      return `default of ${ftype}`;
    case 'fallback':
      return `rows do not fit ${reason.wanted}${reason.line === undefined ? '' : `, which line ${reason.line} wants`}`;
    case 'copied':
      return `${reason.why}${reason.ignored === undefined ? '' : `, whatever line ${reason.ignored} says`}`;
    case 'side-effect':
      return `side effect: ${reason.stock} without rules for others`;
  }
}
