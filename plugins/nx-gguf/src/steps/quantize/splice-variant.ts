import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../core/digest.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { ComposedGguf } from '../../gguf/compose.js';
import { shardName } from '../../gguf/shards.js';
import { adoptHashed } from '../../store/blobs.js';
import { isDamage } from '../../store/quarantine.js';
import { hashBlob } from '../../store/sound-blob.js';
import { spliceFile, type Piece } from '../../store/splice-file.js';
import { forgetTensors, indexTensors, type TensorPlace } from '../../store/tensor-index.js';
import { ggufFacts, type GgufFacts } from '../gguf/gguf-facts.js';
import { composedOf } from './composed-output.js';
import type { MadeTensors } from './made-tensors.js';
import { makeTensors } from './make-tensors.js';
import type { MakingTensors } from './making-tensors.js';
import type { Workbench } from '../step.js';
import { sourceDamaged } from './tensor-digests.js';
import type { VariantJob, WantedTensors, WantedTensor } from './wanted-tensors.js';

/** A variant in the store, and what its headers say. */
export interface MadeVariant {
  files: ManifestFile[];
  facts: GgufFacts;
}

/** The sources of a spliced file: known tensors and new ones. */
export interface Splicing {
  bench: Workbench;
  known: ReadonlyMap<Sha256, TensorPlace>;
  made: MadeTensors;
}

/**
 * Has llama-quantize make what is neither known nor made, and writes the variant from all of it, along with
 * the tool. 'damaged': a donor did not have the recorded bytes, and is forgotten. 'inexact': the output of
 * llama-quantize is not laid out as expected, so a spliced file might differ from a full run.
 */
export async function spliceVariant(
  job: VariantJob,
  wanted: WantedTensors,
  splicing: Splicing,
): Promise<MadeVariant | 'damaged' | 'inexact'> {
  const { bench } = splicing;
  const making = await makeTensors(job, wanted, splicing);
  if (making === null) return 'inexact';
  try {
    const written = await writeOutputs(job, wanted, { ...splicing, making });
    if (!(await making.ended)) return 'inexact';
    if ('damaged' in written) return await reportDamage(written.damaged, wanted, splicing);
    // The plan is compared with the headers of the written files, not with the intended ones.
    const facts = await ggufFacts(written.map(({ path }) => path));
    await bench.checkInputs();
    for (const { path, index } of written) {
      await adoptHashed(bench.store, path, index.blob);
      await indexTensors(bench.store, index);
    }
    return { files: written.map(({ name, index }) => ({ name, ...index.blob })), facts };
  } catch (error) {
    await making.stop();
    throw error;
  }
}

interface WrittenOutput {
  name: string;
  path: string;
  index: Parameters<typeof indexTensors>[1];
}

/** Writes the files of the variant, or says which tensor is damaged. */
async function writeOutputs(
  job: VariantJob,
  wanted: WantedTensors,
  splicing: Splicing & { making: MakingTensors },
): Promise<WrittenOutput[] | { damaged: WantedTensor | null | undefined }> {
  const { bench, made, making } = splicing;
  const directory = join(bench.directory, 'spliced');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  const written: WrittenOutput[] = [];
  for (const [at, tensors] of wanted.outputs.entries()) {
    const name =
      job.options.keepSplit === true
        ? shardName(job.name, at + 1, wanted.outputs.length)
        : `${job.name}.gguf`;
    const path = join(directory, name);
    const metadata = made.metadata[at];
    if (metadata === undefined) throw new Error(`no metadata of output ${at}`);
    const composed = composedOf(metadata.raw, tensors);
    const { pieces, owners } = piecesOf(tensors, composed, { wanted, splicing });
    const spliced = await spliceFile(path, pieces, {
      signal: bench.signal,
      onBytes: progress({ bench, name, making, total: composed.sizeBytes }),
    });
    if ('damaged' in spliced) return { damaged: owners[spliced.damaged] };
    const indexed = tensors.map((tensor, index) => ({
      name: tensor.name,
      range: composed.places[index] ?? { offset: 0, length: 0 },
      sha256: spliced.pieces[owners.indexOf(tensor)] ?? '',
      keys: [tensor.key],
    }));
    written.push({ name, path, index: { blob: spliced.id, tensors: indexed } });
  }
  return written;
}

/** The pieces of an output, and for each piece the tensor it is, if any. */
function piecesOf(
  tensors: readonly WantedTensor[],
  { header, places, sizeBytes }: ComposedGguf,
  { wanted, splicing }: { wanted: WantedTensors; splicing: Splicing },
): { pieces: Piece[]; owners: (WantedTensor | null)[] } {
  const pieces: Piece[] = [{ bytes: header }];
  const owners: (WantedTensor | null)[] = [null];
  for (const [index, tensor] of tensors.entries()) {
    const { offset, length } = places[index] ?? { offset: 0, length: 0 };
    pieces.push(pieceOf(tensor, wanted, splicing));
    owners.push(tensor);
    const padding = (places[index + 1]?.offset ?? sizeBytes) - offset - length;
    if (padding === 0) continue;
    pieces.push({ bytes: new Uint8Array(padding) });
    owners.push(null);
  }
  return { pieces, owners };
}

function pieceOf(tensor: WantedTensor, wanted: WantedTensors, { known, made }: Splicing): Piece {
  const fresh = made.places.get(tensor.key);
  if (fresh !== undefined) return { path: fresh.path, ...fresh.range, whenThere: fresh.whenThere };
  const place = known.get(tensor.key);
  if (place === undefined) throw new Error(`nobody made ${tensor.name}`);
  // A tensor that is only copied is in the source as well, which is there for sure.
  const source = tensor.from === tensor.to ? wanted.source[tensor.source.shard] : undefined;
  if (source !== undefined)
    return { path: source.path, ...tensor.source.range, sha256: tensor.source.sha256 };
  return { path: place.path, ...place.range, sha256: place.sha256 };
}

async function reportDamage(
  tensor: WantedTensor | null | undefined,
  wanted: WantedTensors,
  { bench, known }: Splicing,
): Promise<'damaged'> {
  const place = tensor === null || tensor === undefined ? undefined : known.get(tensor.key);
  const source = tensor === null || tensor === undefined ? undefined : wanted.source[tensor.source.shard];
  if (tensor?.from === tensor?.to && source !== undefined) throw sourceDamaged(source.file);
  if (place === undefined) throw new Error('a piece without a digest was reported as damaged');
  bench.report({
    type: 'warning',
    message: `TENSOR_DAMAGED: ${tensor?.name ?? ''} in ${place.blob.slice(0, 16)}… is not what was written there; nothing of that file is used`,
  });
  await forgetTensors(bench.store, place.blob);
  await hashBlob(bench.store, { sha256: place.blob }).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    bench.report({ type: 'warning', message: `${error.code}: ${error.message}` });
  });
  return 'damaged';
}

/** Tells how far a file is, once llama-quantize no longer tells how far it is. */
function progress({
  bench,
  name,
  making,
  total,
}: {
  bench: Workbench;
  name: string;
  making: MakingTensors;
  total: number;
}): (count: number) => void {
  let done = 0;
  return (count) => {
    done += count;
    if (making.isOver())
      bench.report({ type: 'progress', label: `writing ${name}`, done, total, unit: 'bytes' });
  };
}
