import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeLike } from '../../gguf/compose.js';
import { isSplitKey, readRawMetadata, withInteger } from '../../gguf/header/metadata-bytes.js';
import { shardName } from '../../gguf/shards.js';
import { exactRule } from '../../quant/rules/exact-rules.js';
import type { QuantizeOptions } from '../../quant/tool/quantize-args.js';
import { spliceFile, type Piece } from '../../store/splice-file.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { sourceDamaged } from './tensor-digests.js';
import type { SourceShard, WantedTensors, WantedTensor } from './wanted-tensors.js';

/**
 * Part of a model as files that llama-quantize takes for the model, and the options that make its tensors as
 * a full run would.
 */
export interface Subset {
  options: QuantizeOptions;
  /** The files to remove when the run is over. */
  inputs: readonly string[];
  /** The files that the run will write, relative to the work directory, with their tensors. */
  outputs: readonly { name: string; tensors: readonly WantedTensor[] }[];
}

/** What a subset is made of, and where. */
export interface SubsetRequest {
  wanted: WantedTensors;
  options: QuantizeOptions;
  isMissing: (tensor: WantedTensor) => boolean;
  /** Work directory, and a stem for the names of the files in it. */
  directory: string;
  stem: string;
  signal: AbortSignal | undefined;
}

/**
 * Which GGUFs hold the metadata of the model verbatim and only the missing tensors. A file without a missing
 * tensor gets its smallest one, which costs nothing and gives llama-quantize something to write metadata for.
 */
export function subsetOf({ wanted, options, isMissing, directory, stem }: SubsetRequest): Subset {
  const isSplit = options.keepSplit === true;
  const taken = new Set<string>();
  const outputs = wanted.outputs.map((tensors) => {
    // Tensors with equal keys are equal: one of them is enough.
    const missing = tensors.filter(
      (tensor) => isMissing(tensor) && !taken.has(tensor.key) && taken.add(tensor.key),
    );
    return missing.length > 0
      ? missing
      : [tensors.reduce((a, b) => (b.source.range.length < a.source.range.length ? b : a))];
  });
  const count = outputs.length;
  const inputNames = outputs.map((_, index) =>
    isSplit ? shardName(`${stem}-in`, index + 1, count) : `${stem}-in.gguf`,
  );
  return {
    options: {
      ...options,
      input: inputNames[0] ?? '',
      output: `${stem}-out.gguf`,
      tensorTypesFile: rulesName(stem),
    },
    inputs: inputNames.map((name) => join(directory, name)),
    outputs: outputs.map((tensors, index) => ({
      name: isSplit ? shardName(`${stem}-out`, index + 1, count) : `${stem}-out.gguf`,
      tensors,
    })),
  };
}

/** Writes the GGUFs of a subset, and the rules for its tensors. */
export async function writeSubset({ inputs, outputs }: Subset, request: SubsetRequest): Promise<void> {
  const total = outputs.reduce((sum, { tensors }) => sum + tensors.length, 0);
  for (const [index, { tensors }] of outputs.entries())
    await writeFileOf(request, { index, tensors, total, path: inputs[index] ?? '' });
  await writeFile(
    join(request.directory, rulesName(request.stem)),
    outputs
      .flatMap(({ tensors }) => tensors)
      .map(({ name, to }) => `${exactRule(name, to)}\n`)
      .join(''),
  );
}

function rulesName(stem: string): string {
  return `${stem}-types.txt`;
}

async function writeFileOf(
  { wanted, options, signal }: SubsetRequest,
  {
    index,
    tensors,
    total,
    path,
  }: { index: number; tensors: readonly WantedTensor[]; total: number; path: string },
): Promise<void> {
  const shard = wanted.source[index];
  if (shard === undefined) throw new Error(`no shard ${index}`);
  const metadata = await metadataOf(shard, options.keepSplit === true ? total : null);
  // Data in the order of the source, so that it is read from front to back.
  const ordered = [...tensors].sort(
    (a, b) => a.source.shard - b.source.shard || a.source.range.offset - b.source.range.offset,
  );
  const { header, places, sizeBytes } = composeLike(
    shard.header,
    metadata,
    ordered.map(({ name, shape, from }) => ({ name, shape, type: from })),
  );
  const pieces: Piece[] = [{ bytes: header }];
  for (const [at, tensor] of ordered.entries()) {
    const source = wanted.source[tensor.source.shard];
    const place = places[at];
    if (source === undefined || place === undefined) throw new Error(`no place for ${tensor.name}`);
    const end = places[at + 1]?.offset ?? sizeBytes;
    pieces.push(
      { path: source.path, offset: tensor.source.range.offset, length: tensor.source.range.length },
      { bytes: new Uint8Array(end - place.offset - place.length) },
    );
  }
  const written = await spliceFile(path, pieces, { signal, isTemporary: true });
  if ('damaged' in written) throw sourceDamaged(shard.file);
}

/**
 * The metadata for one file: of a single file without the keys of shards, of a shard with the number of
 * tensors that are there.
 */
function metadataOf({ path, header }: SourceShard, tensorCount: number | null) {
  return withFileBytes(path, async (source) => {
    if (tensorCount === null) return readRawMetadata(source, header, isSplitKey);
    return withInteger(await readRawMetadata(source, header), header, {
      key: 'split.tensors.count',
      value: tensorCount,
    });
  });
}
