import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import type { DryRun } from '../tool/dry-run.js';
import { exactPattern } from './exact-rules.js';
import type { PlanRule } from '../plan/plan-rule.js';
import { tensorRole } from '../../gguf/tensor-role.js';

/** Names of the tensors whose type changed although no rule names them, with their stock types. */
export function sideEffects(plan: QuantizationPlan): { name: string; stock: string; to: string }[] {
  return plan.tensors.flatMap(({ name, to, because }) =>
    because.kind === 'side-effect' ? [{ name, stock: because.stock, to }] : [],
  );
}

/**
 * Exact rules that keep the stock types of unnamed tensors. A pinned tensor does not advance llama.cpp's
 * counters either, so the tensors that share a role with a shifted one are pinned together; with `all`, every
 * unnamed tensor that is quantized.
 */
export function pinRules(plan: QuantizationPlan, stock: DryRun, { all = false } = {}): PlanRule[] {
  const roles = new Set(sideEffects(plan).map(({ name }) => tensorRole(name)));
  const stockTypes = new Map(stock.tensors.map(({ name, to }) => [name, to]));
  return plan.tensors.flatMap(({ name, because }): PlanRule[] => {
    const isUnnamed =
      ['side-effect', 'default', 'fallback', 'pin'].includes(because.kind) && !('line' in because);
    const type = stockTypes.get(name);
    return isUnnamed && type !== undefined && (all || because.kind === 'pin' || roles.has(tensorRole(name)))
      ? [{ pattern: exactPattern(name), type, line: null }]
      : [];
  });
}
