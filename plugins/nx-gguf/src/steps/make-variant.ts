import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type Sha256 } from '../core/digest.js';
import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { dataSizeBytes } from '../gguf/compose.js';
import { requireAsPlanned } from '../quant/plan-kept.js';
import { quantizeArgs } from '../quant/quantize-args.js';
import { withLock } from '../store/lock.js';
import { findTensors, type TensorPlace } from '../store/tensor-index.js';
import { adoptGguf } from './adopt-gguf.js';
import { readGgufFile } from './gguf-file.js';
import { ggufFacts } from './gguf-facts.js';
import { runQuantize } from './quantize-tool.js';
import { nothingMade, spliceVariant, type MadeVariant } from './splice-variant.js';
import type { Workbench } from './step.js';
import { planVariant, type VariantJob, type VariantPlan, type WantedTensor } from './variant-plan.js';

/**
 * Makes a variant: the tensors that some GGUF of the store has are copied from there, the others go through
 * llama-quantize, and the file is byte for byte what one run of llama-quantize on the whole model writes. Where that is not
 * certain, or nothing is known, it is that one run.
 *
 * Processes that make variants of one model work one after the other once something is missing, so that each finds what
 * the others made; a variant whose tensors are all known waits for nobody.
 */
export async function makeVariant(job: VariantJob, bench: Workbench): Promise<MadeVariant> {
  const plan = await planVariant(job, bench);
  if ('because' in plan) return quantizeBecause(plan.because, job, bench);
  const known = await knownTensors(plan, bench);
  if (plan.outputs.flat().every(({ key }) => known.has(key))) {
    const spliced = await spliceVariant(job, plan, { bench, known, made: nothingMade() });
    if (typeof spliced === 'object') return spliced;
  }
  const lock = bench.store.actionLock(digestOf({ tensorsFrom: job.model.map(({ sha256 }) => sha256), quantizer: job.quantizer }));
  return withLock(lock, () => makeMissing(job, plan, bench), {
    onWait: () => { bench.report({ type: 'step', message: `${job.name}: waiting for another variant of this model, whose tensors it may share` }); },
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
}

async function makeMissing(job: VariantJob, plan: VariantPlan, bench: Workbench): Promise<MadeVariant> {
  const tensors = plan.outputs.flat();
  const made = nothingMade();
  for (;;) {
    const known = await knownTensors(plan, bench);
    if (made.runs === 0 && !tensors.some(({ key, from, to }) => from !== to && known.has(key))) return quantizeInFull(job, plan, bench);
    const spliced = await spliceVariant(job, plan, { bench, known, made });
    if (typeof spliced === 'object') return spliced;
    if (spliced === 'inexact') return quantizeBecause('a run on a part of it gives another layout', job, bench);
    // A donor was damaged and is forgotten: what it held is computed in the next round.
  }
}

/** The tensors of a plan that the store has, in the size that they must have. */
async function knownTensors(plan: VariantPlan, { store }: Workbench): Promise<Map<Sha256, TensorPlace>> {
  const tensors = plan.outputs.flat();
  const known = await findTensors(store, tensors.map(({ key }) => key));
  for (const { key, shape, to } of tensors) if (known.get(key)?.range.length !== dataSizeBytes(shape, to)) known.delete(key);
  return known;
}

function quantizeBecause(because: string, job: VariantJob, bench: Workbench): Promise<MadeVariant> {
  bench.report({ type: 'step', message: `${job.name}: quantizing the whole model, because ${because}` });
  return quantizeInFull(job, null, bench);
}

/** One run of llama-quantize on the whole model. Its tensors can be found by their keys when a plan is given. */
async function quantizeInFull(job: VariantJob, plan: VariantPlan | null, bench: Workbench): Promise<MadeVariant> {
  const out = join(bench.directory, 'out');
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  await runQuantize({ args: quantizeArgs(job.options), name: job.name }, bench);
  const names = (await readdir(out)).sort();
  if (names.length === 0) throw new GgufError('QUANTIZE_NO_OUTPUT', `${job.name}: llama-quantize ended without writing a GGUF`);
  const paths = names.map((name) => join(out, name));
  const facts = await ggufFacts(paths);
  requireAsPlanned(job.expected, facts.tensorTypes, job.name);
  const files: ManifestFile[] = [];
  for (const [index, name] of names.entries()) {
    const path = join(out, name);
    const keys = await keysIn(path, plan?.outputs[index] ?? []);
    files.push(await adoptGguf({ name, path }, bench, (tensor) => keys.get(tensor.name) ?? []));
  }
  return { files, facts };
}

/** The keys of the tensors in a file, if it holds what was planned. */
async function keysIn(path: string, planned: readonly WantedTensor[]): Promise<Map<string, string[]>> {
  const { tensors } = await readGgufFile(path);
  const isAsPlanned = tensors.length === planned.length && tensors.every(({ name, type }, index) => name === planned[index]?.name && type === planned[index].to);
  return new Map(isAsPlanned ? planned.map(({ name, key }) => [name, [key]]) : []);
}
