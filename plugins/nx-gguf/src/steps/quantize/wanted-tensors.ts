import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import type { Sha256 } from '../../core/digest.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { ByteRange } from '../../gguf/byte-source.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import { tensorTypeByName, type TensorTypeName } from '../../gguf/tensor-type.js';
import { hasExactRule } from '../../quant/rules/exact-rules.js';
import { findFtype } from '../../quant/tool/ftypes.js';
import { isWeighted, requiresImatrix, usesImatrix } from '../../quant/plan/imatrix-use.js';
import type { QuantizeOptions } from '../../quant/tool/quantize-args.js';
import { tensorKey } from '../../quant/plan/tensor-key.js';
import { readGgufFile } from '../../files/gguf-file.js';
import { imatrixSlices, type ImatrixSlices } from '../imatrix/imatrix-slices.js';
import type { Workbench } from '../step.js';
import { tensorDigests } from './tensor-digests.js';

/**
 * A variant to be made: the options of llama-quantize, and the files they name, readable in the work
 * directory.
 */
export interface VariantJob {
  name: string;
  options: QuantizeOptions;
  /** What llama-quantize will make of each tensor, in the order of its output. */
  types: readonly { name: string; to: TensorTypeName }[];
  model: readonly ManifestFile[];
  imatrix: ManifestFile | null;
  quantizer: Json;
}

/** One file of the unquantized model. */
export interface SourceShard {
  file: ManifestFile;
  path: string;
  header: GgufHeader;
}

/** One tensor of a variant, before it exists. */
export interface WantedTensor {
  name: string;
  shape: readonly number[];
  from: TensorTypeName;
  to: TensorTypeName;
  key: Sha256;
  /** Where its unquantized bytes are. */
  source: { shard: number; range: ByteRange; sha256: Sha256 };
}

/**
 * A variant tensor by tensor, in the order of llama-quantize's output; one list for each file of the output.
 */
export interface WantedTensors {
  source: readonly SourceShard[];
  outputs: readonly (readonly WantedTensor[])[];
}

/** The tensors, or the reason why only a full run is sure to give the right bytes. */
export type TensorsOrObstacle = WantedTensors | { because: string };

/**
 * Works out which tensors a variant consists of and by which keys they may be known. Whatever llama-quantize
 * might refuse or do differently when it sees a part of the model leads to a full run, never to a guess.
 */
export async function wantedTensors(job: VariantJob, bench: Workbench): Promise<TensorsOrObstacle> {
  const source = await readShards(job.model, bench.directory).catch(() => null);
  if (source === null) return { because: 'its header cannot be read' };
  const obstacle = obstacleIn(job.options, source);
  if (obstacle !== null) return { because: obstacle };
  const slices =
    job.imatrix === null
      ? null
      : await imatrixSlices(job.imatrix, join(bench.directory, job.imatrix.name), bench);
  if (job.imatrix !== null && slices === null) return { because: 'the importance matrix cannot be read' };

  const tensors = new Map<string, Omit<WantedTensor, 'to' | 'key'>>();
  for (const [shard, { file, path, header }] of source.entries()) {
    const digests = await tensorDigests(file, path, bench);
    for (const { name, shape, type, range } of header.tensors)
      tensors.set(name, {
        name,
        shape,
        from: type,
        source: { shard, range, sha256: digests.get(name) ?? '' },
      });
  }
  const { types } = job;
  if (types.length !== tensors.size || types.some(({ name }) => !tensors.has(name)))
    return { because: 'llama-quantize lists other tensors than the file' };

  const outputs: WantedTensor[][] = [];
  for (const { name, to } of types) {
    const tensor = tensors.get(name);
    if (tensor === undefined) continue;
    const imatrix = influence({ ...tensor, to }, job.options, slices);
    if (typeof imatrix === 'object' && imatrix !== null) return imatrix;
    const key = tensorKey({
      source: tensor.source.sha256,
      shape: tensor.shape,
      from: tensor.from,
      to,
      imatrix,
      quantizer: job.quantizer,
    });
    (outputs[job.options.keepSplit === true ? tensor.source.shard : 0] ??= []).push({ ...tensor, to, key });
  }
  return outputs.length === (job.options.keepSplit === true ? source.length : 1)
    ? { source, outputs }
    : { because: 'a shard has no tensors' };
}

async function readShards(files: readonly ManifestFile[], directory: string): Promise<SourceShard[]> {
  const shards: SourceShard[] = [];
  for (const file of files) {
    const path = join(directory, file.name);
    shards.push({ file, path, header: await readGgufFile(path) });
  }
  return shards;
}

/** What a full run would do differently from a run on some of the tensors. */
function obstacleIn(
  { ftype, pruneLayers = [], overrideKv = [] }: QuantizeOptions,
  source: readonly SourceShard[],
): string | null {
  if (pruneLayers.length > 0) return 'layers are pruned';
  if (findFtype(ftype)?.name === 'COPY') return 'tensors are only copied';
  if (overrideKv.some((override) => /^(general\.alignment|split\.[^=]*)=/.test(override)))
    return 'the layout of the file is overridden';
  if (source.some(({ header }) => header.alignment !== 32)) return 'the model has an alignment other than 32';
  if (source.some(({ header }) => header.tensors.length === 0)) return 'a file of the model has no tensors';
  const names = source.flatMap(({ header }) => header.tensors.map(({ name }) => name));
  if (new Set(names).size < names.length) return 'a tensor is in two files of the model';
  return names.every(hasExactRule) ? null : 'a tensor has a name that no rule can express';
}

/** The digest of the importance data that has influence on a tensor's bytes, or null when none has. */
function influence(
  { name, shape, from, to }: Pick<WantedTensor, 'name' | 'shape' | 'from' | 'to'>,
  options: QuantizeOptions,
  slices: ImatrixSlices | null,
): Sha256 | null | { because: string } {
  if (from === to) return null;
  if ((tensorTypeByName(from)?.blockElements ?? 1) > 1 && options.allowRequantize !== true)
    return { because: `${name} is quantized already` };
  const found = slices !== null && isWeighted(name, options) ? slices.of({ name, shape }) : { digest: null };
  if ('isUnfit' in found) return { because: `the importance data of ${name} has another size` };
  const slice = found.digest;
  // Data that is needed but absent makes llama-quantize fail, also where the same bytes are known from a run
  // that did not need it.
  if (requiresImatrix(name, to, options.ftype) && slice === null)
    return { because: `${name} lacks the importance data that it needs` };
  return usesImatrix(to) ? slice : null;
}
