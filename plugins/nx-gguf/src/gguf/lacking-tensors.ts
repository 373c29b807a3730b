import type { ModelOutline } from './model-outline.js';

/** What a model that cannot be loaded lacks, as far as its header tells. */
export interface LackingTensors {
  /** Blocks that `block_count` declares and of which there is no tensor. */
  readonly blocks: readonly number[];
  /** Names of single tensors. */
  readonly tensors: readonly string[];
}

/**
 * The blocks and tensors that a model lacks. Which tensors a block needs is known to llama.cpp alone, and many
 * models load with fewer blocks than they declare: this explains why a model was not loaded, and decides
 * nothing.
 * @param named the tensor that llama.cpp asked for first, if it named one
 */
export function lackingTensors(outline: ModelOutline, named: string | null): LackingTensors {
  const blocks = absentBlocks(outline);
  if (named === null || blocks.some((block) => named.startsWith(`blk.${block}.`)))
    return { blocks, tensors: [] };
  const suspects = unlikeOthers(outline);
  return { blocks, tensors: suspects.includes(named) ? suspects : [named] };
}

/** The blocks that are declared and of which nothing is there; none for a model without numbered blocks. */
function absentBlocks({ declaredBlocks, blocks }: ModelOutline): number[] {
  // A count beyond all reason must not be counted through.
  if (declaredBlocks === null || blocks.size === 0 || declaredBlocks > mostBlocks) return [];
  return Array.from({ length: declaredBlocks }, (_, block) => block).filter((block) => !blocks.has(block));
}

const mostBlocks = 100_000;

/**
 * Tensors that a block lacks and that the blocks of its kind have: those that have all of its tensors and
 * more, and are more of them. Blocks of a hybrid or mixture model are of several kinds.
 */
function unlikeOthers({ blocks }: ModelOutline): string[] {
  const kinds = new Map<string, { names: ReadonlySet<string>; blocks: number[] }>();
  for (const [block, names] of blocks) {
    const key = [...names].sort().join(' ');
    const kind = kinds.get(key) ?? { names, blocks: [] };
    kind.blocks.push(block);
    kinds.set(key, kind);
  }
  const lacking: string[] = [];
  for (const kind of kinds.values()) {
    const whole = [...kinds.values()]
      .filter(({ names, blocks: others }) => others.length > kind.blocks.length && holds(names, kind.names))
      .sort((a, b) => a.names.size - b.names.size)[0];
    for (const name of whole?.names ?? [])
      if (!kind.names.has(name)) lacking.push(...kind.blocks.map((block) => `blk.${block}.${name}`));
  }
  return lacking.sort(byBlock);
}

function holds(names: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  return names.size > others.size && [...others].every((name) => names.has(name));
}

function byBlock(a: string, b: string): number {
  return Number(a.split('.')[1]) - Number(b.split('.')[1]) || (a < b ? -1 : 1);
}
