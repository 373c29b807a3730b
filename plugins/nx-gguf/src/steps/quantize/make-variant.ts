import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Sha256 } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { tensorSizeBytes } from '../../gguf/tensor-type.js';
import { quantizeArgs } from '../../quant/tool/quantize-args.js';
import { withLock } from '../../store/lock.js';
import { findTensors, type TensorPlace } from '../../store/tensor-index.js';
import { adoptGguf } from '../gguf/adopt-gguf.js';
import { readGgufFile } from '../../files/gguf-file.js';
import { ggufFacts } from '../gguf/gguf-facts.js';
import { nothingMade } from './made-tensors.js';
import { runQuantize } from './quantize-tool.js';
import { spliceVariant, type MadeVariant } from './splice-variant.js';
import type { Workbench } from '../step.js';
import { wantedTensors, type VariantJob, type WantedTensors, type WantedTensor } from './wanted-tensors.js';

/**
 * Makes a variant: the tensors that some GGUF of the store has are copied from there, the others go through
 * llama-quantize, and the file is byte for byte what one run of llama-quantize on the whole model writes.
 * Where that is not certain, or nothing is known, it is that one run.
 *
 * Processes that make variants of one model work one after the other once something is missing, so that each
 * finds what the others made; a variant whose tensors are all known waits for nobody.
 */
export async function makeVariant(job: VariantJob, bench: Workbench): Promise<MadeVariant> {
  const wanted = await wantedTensors(job, bench);
  if ('because' in wanted) return quantizeBecause(wanted.because, job, bench);
  const known = await knownTensors(wanted, bench);
  if (wanted.outputs.flat().every(({ key }) => known.has(key))) {
    const spliced = await spliceVariant(job, wanted, { bench, known, made: nothingMade() });
    if (typeof spliced === 'object') return spliced;
  }
  const lock = bench.store.actionLock(
    digestOf({ tensorsFrom: job.model.map(({ sha256 }) => sha256), quantizer: job.quantizer }),
  );
  return withLock(lock, () => makeMissing(job, wanted, { bench, before: known }), {
    onWait: () => {
      bench.report({
        type: 'step',
        message: `${job.name}: waiting for another variant of this model, whose tensors it may share`,
      });
    },
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
}

async function makeMissing(
  job: VariantJob,
  wanted: WantedTensors,
  { bench, before }: { bench: Workbench; before: ReadonlyMap<Sha256, TensorPlace> },
): Promise<MadeVariant> {
  const tensors = wanted.outputs.flat();
  const made = nothingMade();
  for (let found = before; ; found = new Map()) {
    const known = await knownTensors(wanted, bench, found);
    if (made.runs === 0 && !tensors.some(({ key, from, to }) => from !== to && known.has(key)))
      return quantizeInFull(job, wanted, bench);
    const spliced = await spliceVariant(job, wanted, { bench, known, made });
    if (typeof spliced === 'object') return spliced;
    if (spliced === 'inexact')
      return quantizeBecause('a run on a part of it does not end as expected', job, bench);
    // A donor was damaged and is forgotten: what it held is computed in the next round.
  }
}

/**
 * The wanted tensors that the store has, in the size that they must have; those found before are not looked
 * up again.
 */
async function knownTensors(
  wanted: WantedTensors,
  { store }: Workbench,
  found: ReadonlyMap<Sha256, TensorPlace> = new Map(),
): Promise<Map<Sha256, TensorPlace>> {
  const tensors = wanted.outputs.flat();
  const known = new Map([
    ...found,
    ...(await findTensors(
      store,
      tensors.map(({ key }) => key).filter((key) => !found.has(key)),
    )),
  ]);
  for (const { key, shape, to } of tensors)
    if (known.get(key)?.range.length !== tensorSizeBytes(to, shape)) known.delete(key);
  return known;
}

function quantizeBecause(because: string, job: VariantJob, bench: Workbench): Promise<MadeVariant> {
  bench.report({ type: 'step', message: `${job.name}: quantizing the whole model, because ${because}` });
  return quantizeInFull(job, null, bench);
}

/**
 * One run of llama-quantize on the whole model. Its tensors can be found by their keys when it is known which
 * are wanted.
 */
async function quantizeInFull(
  job: VariantJob,
  wanted: WantedTensors | null,
  bench: Workbench,
): Promise<MadeVariant> {
  const out = join(bench.directory, 'out');
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  const model = job.model.map(({ name }) => name);
  await runQuantize({ args: quantizeArgs(job.options), name: job.name, model }, bench);
  const names = (await readdir(out)).sort();
  if (names.length === 0)
    throw new GgufError('QUANTIZE_NO_OUTPUT', `${job.name}: llama-quantize ended without writing a GGUF`);
  const paths = names.map((name) => join(out, name));
  const facts = await ggufFacts(paths);
  const files: ManifestFile[] = [];
  for (const [index, name] of names.entries()) {
    const path = join(out, name);
    const keys = await keysIn(path, wanted?.outputs[index] ?? []);
    files.push(await adoptGguf({ name, path }, bench, (tensor) => keys.get(tensor.name) ?? []));
  }
  return { files, facts };
}

/** The keys of the tensors in a file, if it holds what was planned. */
async function keysIn(path: string, planned: readonly WantedTensor[]): Promise<Map<string, string[]>> {
  const { tensors } = await readGgufFile(path);
  const isAsPlanned =
    tensors.length === planned.length &&
    tensors.every(({ name, type }, index) => name === planned[index]?.name && type === planned[index].to);
  return new Map(isAsPlanned ? planned.map(({ name, key }) => [name, [key]]) : []);
}
