import type {
  ImatrixCoverage,
  PlannedTensor,
  QuantizationPlan,
} from '../../core/generated/plan.generated.js';
import { tensorTypeByName } from '../../gguf/tensor-type.js';
import { isWithin, type ImatrixEntry } from './imatrix-entry.js';
import { sourceName, usedEntries, type ImatrixContents, type WeightOptions } from './imatrix-need.js';
import { isWeighted, usesImatrix } from './imatrix-use.js';

/** A tensor that is quantized, and what the matrix has for it. */
export interface MatchedTensor {
  readonly tensor: PlannedTensor;
  /** The entry of its name, also one that does not fit; null when there is none, or when it is left out. */
  readonly entry: ImatrixEntry | null;
  /** The number of values that llama-quantize wants. */
  readonly wanted: number;
  /** Its bytes depend on the data, and the options leave them in. */
  readonly isWeighted: boolean;
}

/** The tensors that are quantized, with their entries; null while the entries are not known. */
export function matchedTensors(
  plan: QuantizationPlan,
  imatrix: ImatrixContents,
  options: WeightOptions,
): MatchedTensor[] | null {
  const used = usedEntries(imatrix, options);
  if (used === null) return null;
  const entries = new Map(used.map((entry) => [entry.name, entry]));
  const original = sourceName(options.pruneLayers ?? []);
  return plan.tensors
    .filter(({ from, to }) => from !== to)
    .map((tensor) => {
      const name = original(tensor.name);
      return {
        tensor,
        entry: entries.get(name) ?? null,
        wanted: (tensor.shape[0] ?? 1) * (tensor.shape[2] ?? 1),
        isWeighted: usesImatrix(tensor.to) && isWeighted(name, options),
      };
    });
}

/** For which tensors a matrix has data that are used. */
export function imatrixCoverage(plan: QuantizationPlan, matched: readonly MatchedTensor[]): ImatrixCoverage {
  const weighted = matched.filter((one) => one.isWeighted);
  const names = (some: readonly MatchedTensor[]): string[] => some.map(({ tensor }) => tensor.name);
  const lacking = weighted.filter((one) => !hasData(one));
  const isCollected = collectedBy(plan);
  const withoutData = names(lacking).filter(isCollected);
  const withData = weighted.length - lacking.length;
  return {
    weighted: withData + withoutData.length,
    withData,
    withoutData,
    notCollected: names(lacking).filter((name) => !isCollected(name)),
  };
}

/** The experts of a tensor for which there are no data, and how many it has. */
export function blankExperts({ tensor, entry, wanted }: MatchedTensor): { blank: number; experts: number } {
  const [row = 1, , experts = 1] = tensor.shape;
  const blank =
    entry?.values === wanted
      ? expertsOf(experts).filter((expert) => isWithin(entry.blank, expert * row, row))
      : [];
  return { blank: blank.length, experts };
}

/** True for data that are used and have neither one count for all values nor one for each expert. */
export function isMiscounted({ tensor, entry, wanted, isWeighted: isUsed }: MatchedTensor): boolean {
  const counts = entry?.counts ?? 1;
  return isUsed && entry?.values === wanted && counts !== 1 && counts !== (tensor.shape[2] ?? 1);
}

/** True when the weights of a whole row, of some expert, are all zero: quantized with them it becomes zero. */
export function isZeroed({ tensor, entry, wanted, isWeighted: isUsed }: MatchedTensor): boolean {
  const [row = 1, , experts = 1] = tensor.shape;
  return (
    isUsed &&
    entry?.values === wanted &&
    expertsOf(experts).some((expert) => isWithin(entry.zeros, expert * row, row))
  );
}

/**
 * Blocks of a tensor's rows whose weights are all zero, and how many there are: llama-quantize makes the values
 * of such a block zero in every row. A whole row of them is `isZeroed`.
 */
export function zeroBlocks({ tensor, entry, wanted, isWeighted: isUsed }: MatchedTensor): {
  zero: number;
  blocks: number;
} {
  const length = tensorTypeByName(tensor.to)?.blockElements ?? 1;
  const blocks = Math.floor(wanted / length);
  if (!isUsed || length < 2 || entry?.values !== wanted) return { zero: 0, blocks };
  const zero = entry.zeros
    .map(([start, count]) => Math.floor((start + count) / length) - Math.ceil(start / length))
    .reduce((sum, whole) => sum + Math.max(0, whole), 0);
  return { zero, blocks };
}

function hasData({ entry, wanted }: MatchedTensor): boolean {
  return entry?.values === wanted && !isWithin(entry.blank, 0, wanted);
}

function expertsOf(count: number): number[] {
  return Array.from({ length: count }, (_, expert) => expert);
}

/**
 * Tells the tensors for which llama-imatrix collects data: those of blocks, other than the blocks of
 * multi-token prediction, which it never computes (follows collect_imatrix of tools/imatrix/imatrix.cpp).
 */
function collectedBy({ tensors }: QuantizationPlan): (name: string) => boolean {
  const blockOf = (name: string): string | undefined => /^(?:(?:enc|dec)\.)?blk\.\d+\./.exec(name)?.[0];
  const predicting = new Set(
    tensors.filter(({ name }) => /^blk\.\d+\.nextn\./.test(name)).map(({ name }) => blockOf(name)),
  );
  return (name) => blockOf(name) !== undefined && !predicting.has(blockOf(name));
}
