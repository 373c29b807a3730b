import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../core/digest.js';
import { isGgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { ByteRange } from '../gguf/byte-source.js';
import { composeGguf, type ComposedGguf } from '../gguf/compose.js';
import { readGgufHeader, type GgufHeader } from '../gguf/header.js';
import { readRawMetadata, withInteger, type RawMetadata } from '../gguf/metadata-bytes.js';
import { shardName } from '../gguf/shards.js';
import { quantizeArgs } from '../quant/quantize-args.js';
import { adoptHashed, discardBlob } from '../store/blobs.js';
import { hashFile } from '../store/hash-file.js';
import { spliceFile, type Piece } from '../store/splice-file.js';
import { forgetTensors, indexTensors, type TensorPlace } from '../store/tensor-index.js';
import { withFileBytes } from './gguf-file.js';
import { ggufFacts, type GgufFacts } from './gguf-facts.js';
import { runQuantize } from './quantize-tool.js';
import type { Workbench } from './step.js';
import { writeSubset, type Subset } from './subset-gguf.js';
import { sourceDamaged } from './tensor-digests.js';
import type { VariantJob, WantedTensors, WantedTensor } from './wanted-tensors.js';

/** A variant in the store, and what its headers say. */
export interface MadeVariant {
  files: ManifestFile[];
  facts: GgufFacts;
}

/** What this process had llama-quantize make of parts of the model: tensors by key, and the metadata of each output. */
export interface MadeTensors {
  places: Map<Sha256, { path: string; range: ByteRange }>;
  metadata: { raw: RawMetadata; header: GgufHeader }[];
  runs: number;
}

/** What there is to splice from. */
export interface Splicing {
  bench: Workbench;
  known: ReadonlyMap<Sha256, TensorPlace>;
  made: MadeTensors;
}

/** llama-quantize always writes this version, and pads to this alignment. */
const version = 3;
const alignment = 32;

/** Nothing made yet. */
export function nothingMade(): MadeTensors {
  return { places: new Map(), metadata: [], runs: 0 };
}

/**
 * Has llama-quantize make what is neither known nor made, and writes the variant from all of it.
 * 'damaged': a donor did not have the bytes it was known for, and is forgotten. 'inexact': the output of llama-quantize is
 * not laid out as expected, so a spliced file might differ from a full run.
 */
export async function spliceVariant(job: VariantJob, wanted: WantedTensors, splicing: Splicing): Promise<MadeVariant | 'damaged' | 'inexact'> {
  const { bench, made } = splicing;
  if (!(await makeMissingTensors(job, wanted, splicing))) return 'inexact';
  const directory = join(bench.directory, 'spliced');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  const outputs = wanted.outputs.map((tensors, index) => {
    const { keyCount, bytes } = metadataOf(made, index).raw;
    const name = job.options.keepSplit === true ? shardName(job.name, index + 1, wanted.outputs.length) : `${job.name}.gguf`;
    return { name, path: join(directory, name), tensors, composed: composeGguf({ version, alignment, keyCount, metadata: bytes, tensors: tensors.map(({ name: tensor, shape, to }) => ({ name: tensor, shape, type: to })) }) };
  });
  const files: ManifestFile[] = [];
  const written: { path: string; index: Parameters<typeof indexTensors>[1] }[] = [];
  for (const { name, path, tensors, composed } of outputs) {
    const { pieces, owners } = piecesOf(tensors, composed, { wanted, splicing });
    const spliced = await spliceFile(path, pieces, { signal: bench.signal, onBytes: progress(bench, name, composed.sizeBytes) });
    if ('damaged' in spliced) return reportDamage(owners[spliced.damaged], wanted, splicing);
    files.push({ name, ...spliced.id });
    const indexed = tensors.map((tensor, at) => ({ name: tensor.name, range: composed.places[at] ?? { offset: 0, length: 0 }, sha256: spliced.pieces[owners.indexOf(tensor)] ?? '', keys: [tensor.key] }));
    written.push({ path, index: { blob: spliced.id, tensors: indexed } });
  }
  // What the plan is compared with is what the files say, not what was to be written.
  const facts = await ggufFacts(written.map(({ path }) => path));
  for (const { path, index } of written) {
    await adoptHashed(bench.store, path, index.blob);
    await indexTensors(bench.store, index);
  }
  return { files, facts };
}

async function makeMissingTensors(job: VariantJob, wanted: WantedTensors, { bench, known, made }: Splicing): Promise<boolean> {
  const isMissing = ({ key }: WantedTensor): boolean => !known.has(key) && !made.places.has(key);
  const tensors = wanted.outputs.flat().filter(({ from, to }) => from !== to);
  const missing = tensors.filter(isMissing);
  if (made.metadata.length > 0 && !wanted.outputs.flat().some(isMissing)) return true;
  bench.report({ type: 'step', message: `${job.name}: ${tensors.length - missing.length} of ${tensors.length} quantized tensors are in the store${missing.length === 0 ? '' : `; quantizing ${missing.length}`}` });
  const stem = `part-${made.runs++}`;
  const subset = await writeSubset({ wanted, options: job.options, isMissing, directory: bench.directory, stem, signal: bench.signal });
  try {
    await runQuantize({ args: quantizeArgs(subset.options), name: job.name, quiet: missing.length === 0 }, bench);
    return await takeOutputs(subset, wanted, { bench, known, made });
  } catch (error) {
    // What llama-quantize does not make of a part it may make of the whole; if not, the full run says why.
    if (isGgufError(error) && /^(QUANTIZE|GGUF)_/.test(error.code)) return false;
    throw error;
  } finally {
    for (const path of subset.inputs) await rm(path, { force: true });
  }
}

/** Notes what a run on a part wrote, unless a file is in any byte of its header other than what this code would write. */
async function takeOutputs(subset: Subset, wanted: WantedTensors, { bench, made }: Splicing): Promise<boolean> {
  const total = wanted.outputs.reduce((sum, tensors) => sum + tensors.length, 0);
  const metadata: MadeTensors['metadata'] = [];
  for (const { name, tensors } of subset.outputs) {
    const path = join(bench.directory, name);
    const taken = await withFileBytes(path, async (source) => {
      const header = await readGgufHeader(source);
      const raw = await readRawMetadata(source, header);
      const expected = composeGguf({ version, alignment, keyCount: raw.keyCount, metadata: raw.bytes, tensors: tensors.map((tensor) => ({ name: tensor.name, shape: tensor.shape, type: tensor.to })) });
      const actual = await source.read(0, Math.min(expected.header.length, source.sizeBytes));
      if (expected.sizeBytes !== source.sizeBytes || Buffer.compare(expected.header, actual) !== 0) return null;
      for (const [index, { key }] of tensors.entries()) made.places.set(key, { path, range: expected.places[index] ?? { offset: 0, length: 0 } });
      return { header, raw: withInteger(raw, header, { key: 'split.tensors.count', value: total }) };
    });
    if (taken === null) return false;
    metadata.push(taken);
  }
  made.metadata = metadata;
  return true;
}

function metadataOf({ metadata }: MadeTensors, index: number): MadeTensors['metadata'][number] {
  const found = metadata[index];
  if (found === undefined) throw new Error(`no metadata of output ${index}`);
  return found;
}

/** The pieces of an output, and for each piece the tensor it is, if any. */
function piecesOf(tensors: readonly WantedTensor[], { header, places, sizeBytes }: ComposedGguf, { wanted, splicing }: { wanted: WantedTensors; splicing: Splicing }): { pieces: Piece[]; owners: (WantedTensor | null)[] } {
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
  if (fresh !== undefined) return { path: fresh.path, ...fresh.range };
  const place = known.get(tensor.key);
  if (place === undefined) throw new Error(`nobody made ${tensor.name}`);
  // A tensor that is only copied is in the source as well, which is there for sure.
  const source = tensor.from === tensor.to ? wanted.source[tensor.source.shard] : undefined;
  if (source !== undefined) return { path: source.path, ...tensor.source.range, sha256: tensor.source.sha256 };
  return { path: place.path, ...place.range, sha256: place.sha256 };
}

async function reportDamage(tensor: WantedTensor | null | undefined, wanted: WantedTensors, { bench, known }: Splicing): Promise<'damaged'> {
  const place = tensor === null || tensor === undefined ? undefined : known.get(tensor.key);
  const source = tensor === null || tensor === undefined ? undefined : wanted.source[tensor.source.shard];
  if (tensor?.from === tensor?.to && source !== undefined) throw sourceDamaged(source.file);
  if (place === undefined) throw new Error('a piece without a digest was reported as damaged');
  bench.report({ type: 'warning', message: `TENSOR_DAMAGED: ${tensor?.name ?? ''} in ${place.blob.slice(0, 16)}… is not what was written there; nothing of that file is used` });
  await forgetTensors(bench.store, place.blob);
  const actual = await hashFile(place.path).catch(() => null);
  if (actual?.sha256 !== place.blob) await discardBlob(bench.store, place.blob);
  return 'damaged';
}

function progress(bench: Workbench, name: string, total: number): (count: number) => void {
  let done = 0;
  return (count) => {
    done += count;
    bench.report({ type: 'progress', label: `writing ${name}`, done, total, unit: 'bytes' });
  };
}
