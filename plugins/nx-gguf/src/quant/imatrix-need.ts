import type { QuantizationPlan } from '../core/generated/plan.generated.js';
import { findFtype } from './ftypes.js';
import type { QuantizeOptions } from './quantize-args.js';

/** What is known of an importance matrix: the tensors it has data for, or null when that is not known yet. */
export interface ImatrixContents {
  readonly tensors: readonly string[] | null;
}

/** The tensors that llama-quantize refuses to quantize without importance data, and that have none. */
export function tensorsWithoutImatrix(plan: QuantizationPlan, imatrix: ImatrixContents | null, options: WeightOptions): { name: string; to: string }[] {
  const needing = plan.tensors.filter(({ name, from, to }) => from !== to && requiresImatrix(name, to, plan.ftype));
  const entries = imatrix === null ? [] : usedEntries(imatrix, options);
  if (entries === null) return [];
  const known = new Set(entries);
  const original = sourceName(options.pruneLayers ?? []);
  return needing.filter(({ name }) => !known.has(original(name)));
}

/** The options that choose from the entries of a matrix. */
export type WeightOptions = Pick<QuantizeOptions, 'includeWeights' | 'excludeWeights' | 'pruneLayers'>;

/** The entries that are left of a matrix (follows prepare_imatrix of tools/quantize/quantize.cpp); null when not known. */
export function usedEntries({ tensors }: ImatrixContents, { includeWeights = [], excludeWeights = [] }: WeightOptions): readonly string[] | null {
  if (tensors === null) return null;
  const left = tensors.filter((name) => !excludeWeights.some((part) => name.includes(part)));
  return includeWeights.length === 0 ? left : left.filter((name) => includeWeights.some((part) => name.includes(part)));
}

/** True for what llama-quantize will not quantize without importance data (follows tensor_requires_imatrix of src/llama-quant.cpp). */
export function requiresImatrix(name: string, type: string, ftype: string): boolean {
  if (['token_embd.weight', 'per_layer_token_embd.weight', 'output.weight'].includes(name)) return false;
  return needing.has(type) || (type === 'q2_K' && findFtype(ftype)?.name === 'Q2_K_S');
}

const needing: ReadonlySet<string> = new Set(['iq3_xxs', 'iq2_xxs', 'iq2_xs', 'iq2_s', 'iq1_m', 'iq1_s']);

/** A function that gives a tensor's name before layers were pruned, under which a matrix knows it. */
function sourceName(pruned: readonly number[]): (name: string) => string {
  const gone = [...new Set(pruned)].sort((a, b) => a - b);
  return (name) => name.replace(/^blk\.(\d+)\./, (_, number: string) => `blk.${gone.reduce((block, layer) => (layer <= block ? block + 1 : block), Number(number))}.`);
}
