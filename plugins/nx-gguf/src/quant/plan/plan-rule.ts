import type { TensorTypeRule } from '../rules/tensor-types.js';

/** A rule as a plan sees it: written by the author at a line, or added to keep a stock type (line null). */
export type PlanRule = Pick<TensorTypeRule, 'pattern' | 'type'> & { readonly line: number | null };

/** The rule in the words of the tensor-type file. */
export function ruleText({ pattern, type }: Pick<PlanRule, 'pattern' | 'type'>): string {
  return `${pattern}=${type}`;
}
