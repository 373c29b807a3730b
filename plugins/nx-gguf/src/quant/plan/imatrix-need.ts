import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { isWeighted, requiresImatrix } from './imatrix-use.js';
import type { QuantizeOptions } from '../tool/quantize-args.js';

/** What is known of an importance matrix: the tensors it has data for, or null when that is not known yet. */
export interface ImatrixContents {
  readonly tensors: readonly string[] | null;
}

/** The tensors that llama-quantize refuses to quantize without importance data, and that have none. */
export function tensorsWithoutImatrix(
  plan: QuantizationPlan,
  imatrix: ImatrixContents | null,
  options: WeightOptions,
): { name: string; to: string }[] {
  const needing = plan.tensors.filter(
    ({ name, from, to }) => from !== to && requiresImatrix(name, to, plan.ftype),
  );
  const entries = imatrix === null ? [] : usedEntries(imatrix, options);
  if (entries === null) return [];
  const known = new Set(entries);
  const original = sourceName(options.pruneLayers ?? []);
  return needing.filter(({ name }) => !known.has(original(name)));
}

/** The options that choose from the entries of a matrix. */
export type WeightOptions = Pick<QuantizeOptions, 'includeWeights' | 'excludeWeights' | 'pruneLayers'>;

/** The entries that are left of a matrix; null when they are not known. */
export function usedEntries({ tensors }: ImatrixContents, options: WeightOptions): readonly string[] | null {
  return tensors?.filter((name) => isWeighted(name, options)) ?? null;
}

/** A function that gives a tensor's name before layers were pruned, under which a matrix knows it. */
function sourceName(pruned: readonly number[]): (name: string) => string {
  const gone = [...new Set(pruned)].sort((a, b) => a - b);
  return (name) =>
    name.replace(
      /^blk\.(\d+)\./,
      (_, number: string) =>
        `blk.${gone.reduce((block, layer) => (layer <= block ? block + 1 : block), Number(number))}.`,
    );
}
