import type { Variant } from '../../core/generated/model.generated.js';
import type { PlannedTensor, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { namesAnd, rowsOf } from '../rules/finding-words.js';
import type { Finding, Severity } from '../rules/finding.js';
import { tensorsWithoutImatrix, type ImatrixContents, type WeightOptions } from './imatrix-need.js';
import { sideEffects } from '../rules/pins.js';

/**
 * Findings that are about no single rule: default types that do not fit, missing importance data, side
 * effects.
 */
export function planFindings(
  plan: QuantizationPlan,
  imatrix: ImatrixContents | null,
  options: WeightOptions,
): Finding[] {
  return [...defaultFallbacks(plan), ...missingImatrix(plan, imatrix, options), ...shiftedTensors(plan)];
}

/** How serious side effects are; those that `pin` leaves would be a defect. */
export function sideEffectSeverity(policy: Variant['sideEffects'] = 'warn'): Severity {
  return policy === 'allow' ? 'off' : policy === 'warn' ? 'warn' : 'error';
}

function defaultFallbacks(plan: QuantizationPlan): Finding[] {
  const fallen = plan.tensors.filter(
    ({ because }) => because.kind === 'fallback' && because.line === undefined,
  );
  return groups(
    fallen,
    ({ to, because }) => `${because.kind === 'fallback' ? because.wanted : ''} ${to}`,
  ).map((tensors) => ({
    check: 'defaultFallback',
    line: null,
    message: `${rowsOf(tensors)} do not fit the blocks of ${tensors[0]?.because.kind === 'fallback' ? tensors[0].because.wanted : ''}, which ${plan.ftype} would give them; llama-quantize takes ${tensors[0]?.to ?? ''}`,
  }));
}

function missingImatrix(
  plan: QuantizationPlan,
  imatrix: ImatrixContents | null,
  options: WeightOptions,
): Finding[] {
  const lacking = tensorsWithoutImatrix(plan, imatrix, options);
  const reasons = new Map(plan.tensors.map(({ name, because }) => [name, because]));
  // The line of the rule that asked for the type; null when none did.
  const lineOf = ({ name }: { name: string }): number | null => {
    const because = reasons.get(name);
    return because?.kind === 'rule' ? because.line : null;
  };
  const reason =
    imatrix === null ? 'the variant has no importance matrix' : 'the importance matrix has no data for them';
  return groups(lacking, (tensor) => `${tensor.to} ${lineOf(tensor) ?? ''}`).map((tensors) => ({
    check: 'missingImatrix',
    line: tensors[0] === undefined ? null : lineOf(tensors[0]),
    message: `${tensors[0]?.to ?? ''} needs importance data for ${namesAnd(tensors)}, and ${reason}`,
  }));
}

function shiftedTensors(plan: QuantizationPlan): Finding[] {
  const shifted = sideEffects(plan);
  if (shifted.length === 0) return [];
  const names = shifted
    .slice(0, 8)
    .map(({ name, stock, to }) => `${name} (${stock} -> ${to})`)
    .join(', ');
  return [
    {
      check: 'sideEffects',
      line: null,
      message: `rules for other tensors change the type of ${shifted.length === 1 ? 'a tensor' : `${shifted.length} tensors`} that no rule names: ${names}${shifted.length > 8 ? ', …' : ''}`,
    },
  ];
}

function groups<T extends Pick<PlannedTensor, 'name'>>(
  tensors: readonly T[],
  key: (tensor: T) => string,
): T[][] {
  const grouped = new Map<string, T[]>();
  for (const tensor of tensors) grouped.set(key(tensor), [...(grouped.get(key(tensor)) ?? []), tensor]);
  return [...grouped.values()];
}
