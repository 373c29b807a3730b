import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { isWithin, type ImatrixEntry } from './imatrix-entry.js';
import { isWeighted, requiresImatrix } from './imatrix-use.js';
import type { QuantizeOptions } from '../tool/quantize-args.js';

/** What is known of an importance matrix: its entries, or null when they are not known yet. */
export interface ImatrixContents {
  readonly entries: readonly ImatrixEntry[] | null;
  /** Why llama-quantize would refuse the file as a whole. */
  readonly refused: readonly string[];
  /** What the file says of itself that no matrix made of a text says; llama-quantize takes it. */
  readonly doubts: readonly string[];
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
  // llama-quantize takes an entry without data for one: its values are all 1.
  const known = new Set(
    entries.filter(({ blank, values }) => !isWithin(blank, 0, values)).map(({ name }) => name),
  );
  const original = sourceName(options.pruneLayers ?? []);
  return needing.filter(({ name }) => !known.has(original(name)));
}

/** The options that choose from the entries of a matrix. */
export type WeightOptions = Pick<QuantizeOptions, 'includeWeights' | 'excludeWeights' | 'pruneLayers'>;

/** The entries that are left of a matrix; null when they are not known. */
export function usedEntries(
  { entries }: ImatrixContents,
  options: WeightOptions,
): readonly ImatrixEntry[] | null {
  return entries?.filter(({ name }) => isWeighted(name, options)) ?? null;
}

/** A function that gives a tensor's name before layers were pruned, under which a matrix knows it. */
export function sourceName(pruned: readonly number[]): (name: string) => string {
  const gone = [...new Set(pruned)].sort((a, b) => a - b);
  return (name) =>
    name.replace(
      /^blk\.(\d+)\./,
      (_, number: string) =>
        `blk.${gone.reduce((block, layer) => (layer <= block ? block + 1 : block), Number(number))}.`,
    );
}
