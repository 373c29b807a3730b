import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sha256 } from '../../core/digest.js';
import { isGgufError, systemErrorCode } from '../../core/errors.js';
import type { ByteRange } from '../../gguf/byte-source.js';
import { composeGguf, type ComposedGguf } from '../../gguf/compose.js';
import { readGgufHeader, type GgufHeader } from '../../gguf/header.js';
import { readRawMetadata, withInteger, type RawMetadata } from '../../gguf/metadata-bytes.js';
import { quantizeArgs } from '../../quant/tool/quantize-args.js';
import { quietly } from '../../files/background-flush.js';
import type { TensorPlace } from '../../store/tensor-index.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { runQuantize } from './quantize-tool.js';
import type { Workbench } from '../step.js';
import { subsetOf, writeSubset, type Subset, type SubsetRequest } from './subset-gguf.js';
import type { VariantJob, WantedTensors, WantedTensor } from './wanted-tensors.js';

/**
 * Where a tensor is that this process had made, or will be; `whenThere` waits until the file has that many
 * bytes or gets no more.
 */
export interface MadePlace {
  path: string;
  range: ByteRange;
  whenThere: (sizeBytes: number) => Promise<void>;
}

/** What llama-quantize writes for an output besides its tensors. */
interface OutputMetadata {
  raw: RawMetadata;
  header: GgufHeader;
}

/**
 * What this process had llama-quantize make of parts of the model: tensors by key, and the metadata of each
 * output.
 */
export interface MadeTensors {
  places: Map<Sha256, MadePlace>;
  metadata: readonly OutputMetadata[];
  runs: number;
}

/** A run of llama-quantize on the missing tensors, whose output can be read while it grows. */
export interface MakingTensors {
  isOver: () => boolean;
  /**
   * Whether every file that was written is as expected. @throws what the run failed with for another reason
   * than its input
   */
  ended: Promise<boolean>;
  /** Ends the run, and waits for its end. */
  stop: () => Promise<void>;
}

/** Nothing made yet. */
export function nothingMade(): MadeTensors {
  return { places: new Map(), metadata: [], runs: 0 };
}

const pollMs = 5;

/**
 * Has llama-quantize make what is neither known nor made; null when it does not write what is expected of it.
 * Its metadata come first, from a run on the smallest tensor while the missing ones are written for the real
 * run: with them the place of every byte is known before the first tensor is made, and a variant can be
 * written along with it.
 */
export async function makeTensors(
  job: VariantJob,
  wanted: WantedTensors,
  { bench, known, made }: { bench: Workbench; known: ReadonlyMap<Sha256, TensorPlace>; made: MadeTensors },
): Promise<MakingTensors | null> {
  const tensors = wanted.outputs.flat();
  const isMissing = ({ key }: WantedTensor): boolean => !known.has(key) && !made.places.has(key);
  const lacks = new Set(tensors.filter(isMissing));
  if (made.metadata.length > 0 && lacks.size === 0) return nothingToMake;
  const quantized = tensors.filter(({ from, to }) => from !== to);
  const missing = quantized.filter((tensor) => lacks.has(tensor));
  bench.report({
    type: 'step',
    message: `${job.name}: ${quantized.length - missing.length} of ${quantized.length} quantized tensors are in the store${missing.length === 0 ? '' : `; quantizing ${missing.length}`}`,
  });
  const stem = `part-${made.runs++}`;
  const part = (of: Pick<Part, 'stem' | 'isMissing'>): Part => ({
    wanted,
    options: job.options,
    directory: bench.directory,
    signal: bench.signal,
    name: job.name,
    ...of,
  });
  const run =
    lacks.size === 0
      ? null
      : startRun(part({ stem, isMissing: (tensor) => lacks.has(tensor) }), { bench, made });
  try {
    if (made.metadata.length === 0) {
      const metadata = await metadataFrom(part({ stem: `${stem}-metadata`, isMissing: () => false }), bench);
      if (metadata === null) {
        await run?.making.stop();
        return null;
      }
      made.metadata = metadata.map((output) => withCount(output, tensors.length));
    }
    run?.follow();
    return run?.making ?? nothingToMake;
  } catch (error) {
    await run?.making.stop();
    throw error;
  }
}

const nothingToMake: MakingTensors = {
  isOver: () => true,
  ended: Promise.resolve(true),
  stop: () => Promise.resolve(),
};

/** A part of the model that is handed to llama-quantize, for a variant of that name. */
type Part = SubsetRequest & { name: string };

/**
 * Writes a part and has llama-quantize make it. What it makes can be followed once the metadata are known,
 * and is checked against them.
 */
function startRun(
  part: Part,
  { bench, made }: { bench: Workbench; made: MadeTensors },
): { making: MakingTensors; follow: () => void } {
  const subset = subsetOf(part);
  const stopping = new AbortController();
  const signal =
    bench.signal === undefined ? stopping.signal : AbortSignal.any([bench.signal, stopping.signal]);
  let isOver = false;
  let tellMetadata: (areKnown: boolean) => void = () => undefined;
  const metadataKnown = new Promise<boolean>((resolve) => {
    tellMetadata = resolve;
  });
  const count = subset.outputs.reduce((sum, { tensors }) => sum + tensors.length, 0);
  const composed = () =>
    subset.outputs.map(({ name, tensors }, index) => {
      const metadata = made.metadata[index];
      if (metadata === undefined) throw new Error(`no metadata of output ${index}`);
      return {
        path: join(bench.directory, name),
        tensors,
        composed: composedOf(withCount(metadata, count).raw, tensors),
      };
    });
  const run = async (): Promise<boolean> => {
    try {
      return (
        (await runPart(subset, { ...part, signal }, { quiet: false, bench: { ...bench, signal } })) &&
        (await metadataKnown) &&
        (await Promise.all(composed().map(isAsComposed))).every(Boolean)
      );
    } finally {
      isOver = true;
    }
  };
  const ended = quietly(run());
  return {
    making: {
      isOver: () => isOver,
      ended,
      stop: async () => {
        stopping.abort();
        tellMetadata(false);
        await ended.catch(() => undefined);
      },
    },
    follow: () => {
      tellMetadata(true);
      for (const {
        path,
        tensors,
        composed: { places },
      } of composed()) {
        const whenThere = async (sizeBytes: number): Promise<void> => {
          while (!isOver && (await sizeOf(path)) < sizeBytes) await sleep(pollMs);
        };
        for (const [at, { key }] of tensors.entries())
          made.places.set(key, { path, range: places[at] ?? { offset: 0, length: 0 }, whenThere });
      }
    },
  };
}

/**
 * Whether llama-quantize took a part. What it does not make of a part it may make of the whole; if not, the
 * full run says why.
 */
async function runPart(
  subset: Subset,
  part: Part,
  { quiet, bench }: { quiet: boolean; bench: Workbench },
): Promise<boolean> {
  try {
    await writeSubset(subset, part);
    await runQuantize({ args: quantizeArgs(subset.options), name: part.name, quiet }, bench);
    return true;
  } catch (error) {
    if (isGgufError(error) && /^(QUANTIZE|GGUF)_/.test(error.code)) return false;
    throw error;
  } finally {
    for (const path of subset.inputs) await rm(path, { force: true });
  }
}

/**
 * The metadata that llama-quantize writes for each output; null where it lays a file out in another way than
 * this code would.
 */
async function metadataFrom(part: Part, bench: Workbench): Promise<OutputMetadata[] | null> {
  const smallest = subsetOf(part);
  if (!(await runPart(smallest, part, { quiet: true, bench }))) return null;
  const found: OutputMetadata[] = [];
  for (const { name: file, tensors } of smallest.outputs) {
    const path = join(bench.directory, file);
    const read = await withFileBytes(path, async (source) => {
      const header = await readGgufHeader(source);
      return { header, raw: await readRawMetadata(source, header) };
    }).catch(noGguf);
    if (read === null || !(await isAsComposed({ path, composed: composedOf(read.raw, tensors) })))
      return null;
    await rm(path);
    found.push(read);
  }
  return found;
}

function noGguf(error: unknown): null {
  if ((isGgufError(error) && error.code.startsWith('GGUF_')) || systemErrorCode(error) === 'ENOENT')
    return null;
  throw error;
}

/** Whether a file has the size of what was composed, and its header byte for byte. */
function isAsComposed({
  path,
  composed: { header, sizeBytes },
}: {
  path: string;
  composed: ComposedGguf;
}): Promise<boolean> {
  return withFileBytes(
    path,
    async (source) =>
      source.sizeBytes === sizeBytes && Buffer.compare(header, await source.read(0, header.length)) === 0,
  ).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  });
}

/** A file as llama-quantize writes it: always of version 3, its tensors aligned to 32 bytes. */
export function composedOf({ keyCount, bytes }: RawMetadata, tensors: readonly WantedTensor[]): ComposedGguf {
  return composeGguf({
    version: 3,
    alignment: 32,
    keyCount,
    metadata: bytes,
    tensors: tensors.map(({ name, shape, to }) => ({ name, shape, type: to })),
  });
}

/** Metadata that name another number of tensors in all shards, where they name one. */
function withCount({ raw, header }: OutputMetadata, count: number): OutputMetadata {
  return { header, raw: withInteger(raw, header, { key: 'split.tensors.count', value: count }) };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
