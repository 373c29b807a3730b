import type { GgufHeader } from './header/header.js';
import type { MetadataValue } from './header/metadata-value.js';
import { tensorBlock } from './tensor-role.js';

/** What the headers of a model's files declare, and what is there of it. */
export interface ModelOutline {
  readonly architecture: string | null;
  /** `general.type`, such as `model`, `mmproj` or `adapter`. */
  readonly type: string | null;
  readonly tensorCount: number;
  /** `block_count`, the blocks for multi-token prediction included; null when it is not said. */
  readonly declaredBlocks: number | null;
  /** `nextn_predict_layers`: the last blocks, which are for multi-token prediction (MTP). */
  readonly mtpBlocks: number;
  /** The names of tensors after `blk.N.`, by block. */
  readonly blocks: ReadonlyMap<number, ReadonlySet<string>>;
  /** Tokens of the tokenizer, and rows of `token_embd.weight`. */
  readonly tokens: number | null;
  readonly embeddingRows: number | null;
}

/** The outline of a model, from the headers of its file or of all its shards. */
export function modelOutline(headers: readonly GgufHeader[]): ModelOutline {
  const value = (key: string): MetadataValue | undefined =>
    headers.map(({ metadata }) => metadata.get(key)).find((found) => found !== undefined);
  const architecture = textOf(value('general.architecture'));
  const tensors = headers.flatMap((header) => header.tensors);
  const blocks = new Map<number, Set<string>>();
  for (const { name } of tensors) {
    const block = tensorBlock(name);
    if (block === null) continue;
    const names = blocks.get(block) ?? new Set();
    blocks.set(block, names.add(name.slice(`blk.${block}.`.length)));
  }
  const tokens = value('tokenizer.ggml.tokens');
  return {
    architecture,
    type: textOf(value('general.type')),
    tensorCount: tensors.length,
    declaredBlocks: countOf(value(`${architecture ?? ''}.block_count`)),
    mtpBlocks: countOf(value(`${architecture ?? ''}.nextn_predict_layers`)) ?? 0,
    blocks,
    tokens: tokens?.type === 'array' ? tokens.length : null,
    embeddingRows: tensors.find(({ name }) => name === 'token_embd.weight')?.shape[1] ?? null,
  };
}

/**
 * What a GGUF holds when it is no model that computes alone, or null for one that does: such files are made on
 * request (`--vocab-only`, `--mmproj`, `--mtp`), and cannot be loaded as a model.
 */
export function partOfModel(outline: ModelOutline): string | null {
  const { architecture, type, tensorCount, mtpBlocks, blocks } = outline;
  if (tensorCount === 0) return 'a vocabulary';
  if (architecture === 'clip' || type === 'mmproj') return 'a projector of images or sound';
  if (type === 'adapter') return 'an adapter';
  // llama.cpp takes a model whose first block is absent for the predictor of another one
  // (src/models/qwen35.cpp).
  if (mtpBlocks > 0 && blocks.size > 0 && !blocks.has(0)) return 'a predictor of further tokens (MTP)';
  return null;
}

function textOf(value: MetadataValue | undefined): string | null {
  return value?.type === 'string' ? value.value : null;
}

function countOf(value: MetadataValue | undefined): number | null {
  if (value === undefined || !/^u?int/.test(value.type) || value.type === 'array') return null;
  const count = Number(value.value);
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
}
