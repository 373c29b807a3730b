import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { CorpusFile, Model, Variant } from '../core/generated/model.generated.js';
import { cardStep } from '../steps/card.js';
import { convertStep } from '../steps/convert.js';
import { imatrixFileStep, imatrixMakeStep } from '../steps/imatrix.js';
import { kldBaseStep } from '../steps/kld-base.js';
import { kldStep } from '../steps/kld.js';
import { quantizationPlanStep } from '../steps/plan.js';
import { quantizeStep } from '../steps/quantize.js';
import { referenceStep } from '../steps/reference.js';
import type { Step } from '../steps/step.js';
import type { Pipeline } from './pipeline.js';
import { planSource } from './plan-source.js';
import { targetName, type TargetRef } from './target.js';
import { convertedModel, llama, namedFile, oneFile } from './upstream-files.js';
import { planVariant } from './variant-plan.js';
import { configFile, projectDirectory, readConfig } from './workspace.js';

/** A step and the project whose toolchain it runs. */
export interface PlannedStep {
  step: Step;
  toolchain: string;
}

/** What a target's planning has at hand. */
interface Planning {
  ref: TargetRef;
  pipeline: Pipeline;
  model: Model;
  toolchain: string;
  /** The model file, relative to the project's directory. */
  file: string;
  options: PlanningOptions;
}

/** What an executor's options change in planning. */
export interface PlanningOptions {
  /** The model file of a project, when it is not the one that the project names. */
  config?: { project: string; file: string };
  /** A GGUF elsewhere that stands for the converted model in a plan. */
  from?: string | undefined;
}

/** The step of a target: the recipe and the manifests of what it builds on, resolved. */
export async function planStep(ref: TargetRef, pipeline: Pipeline, options: PlanningOptions): Promise<PlannedStep> {
  const file = modelFile(ref, pipeline, options);
  if (ref.kind === 'fetch' && /(^|\/)corpus[^/]*\.json$/.test(file)) return planCorpus(ref, pipeline, file);
  const model = await readConfig(pipeline.environment.workspace, 'model', { project: ref.project, file });
  const toolchain = model.toolchain ?? 'llama-cpp';
  const planning = { ref, pipeline, model, toolchain, file, options };
  return { step: await planOfKind(planning), toolchain };
}

/** The file that declares a target's model or corpus. */
export function modelFile(ref: TargetRef, pipeline: Pipeline, { config }: PlanningOptions): string {
  return config?.project === ref.project ? config.file : configFile(pipeline.environment.workspace, ref, 'model.json');
}

function planOfKind(planning: Planning): Promise<Step> {
  switch (planning.ref.kind) {
    case 'fetch': return planSource(planning.model.source, { ...planning, place: 'source' });
    case 'reference': return planReference(planning);
    case 'convert': return planConvert(planning);
    case 'imatrix': return planImatrix(planning);
    case 'plan': return planPlan(planning);
    case 'quantize': return planQuantize(planning);
    case 'kld-base': return planKldBase(planning);
    case 'kld': return planKld(planning);
    case 'card': return planCard(planning);
    default: throw new Error(`${targetName(planning.ref)} is no step of a model`);
  }
}

async function planCorpus(ref: TargetRef, pipeline: Pipeline, file: string): Promise<PlannedStep> {
  const corpus = await readConfig(pipeline.environment.workspace, 'corpus', { project: ref.project, file });
  const toolchain = corpus.toolchain ?? 'llama-cpp';
  return { step: await planSource(corpus.source, { ref, pipeline, toolchain, file, place: 'source' }), toolchain };
}

async function planConvert({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const access = pipeline.toolchain(toolchain);
  const settings = model.convert ?? {};
  const metadata = settings.metadata === undefined ? null : await namedFile(ref, pipeline, { file: settings.metadata, by: 'convert.metadata' });
  const checkpoint = await pipeline.upstream({ project: ref.project, kind: 'fetch' });
  return convertStep({ name: model.name, settings, metadata, checkpoint: checkpoint.files, toolchain: { source: await access.identity('source'), python: await access.identity('python') } });
}

async function planImatrix({ ref, pipeline, model, toolchain, file }: Planning): Promise<Step> {
  const settings = model.imatrix;
  if (settings === undefined) throw new GgufError('NO_IMATRIX', `${ref.project}: model.json declares no "imatrix"`, { hint: 'Declare one, or remove the target `imatrix`.' });
  if (settings.type === 'file') {
    const fetched = await pipeline.perform(await planSource(settings.source, { ref, pipeline, toolchain, file, place: 'imatrix' }), toolchain);
    return imatrixFileStep(oneFile(fetched, settings.file, 'imatrix.source'));
  }
  return imatrixMakeStep({ settings, model: await convertedModel(ref, pipeline), corpus: await corpusText(settings.corpus, pipeline), toolchain: await llama(pipeline, toolchain) });
}

async function planQuantize({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const variant = variantOf(ref, model);
  const files = await convertedModel(ref, pipeline);
  const name = `${model.name}-${ref.variant ?? ''}`;
  if (files.some((file) => file.name === `${name}.gguf`)) throw new GgufError('VARIANT_NAME_TAKEN', `${name}.gguf is the name of the unquantized model already`, { hint: 'Give the variant another name in model.json and project.json.' });
  const { plan, ...planned } = await planVariant({ ref, model, toolchain, variant, name: ref.variant ?? '' }, pipeline);
  return quantizeStep({ name, model: files, settings: planned.settings, rules: planned.rules, imatrix: planned.imatrix, expected: plan, toolchain: planned.toolchain });
}

async function planPlan({ ref, pipeline, model, toolchain, options }: Planning): Promise<Step> {
  return quantizationPlanStep(await planVariant({ ref, model, toolchain, variant: variantOf(ref, model), name: ref.variant ?? '', from: options.from }, pipeline));
}

async function planKldBase({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const { corpus, parameters } = evaluation(ref, model);
  return kldBaseStep({ name: model.name, model: await convertedModel(ref, pipeline), corpus: await corpusText(corpus, pipeline), parameters, toolchain: await llama(pipeline, toolchain) });
}

async function planKld({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const { parameters } = evaluation(ref, model);
  const variant = await pipeline.upstream({ project: ref.project, kind: measuredKind(ref, model), variant: ref.variant ?? '' });
  const base = oneFile(await pipeline.upstream({ project: ref.project, kind: 'kld-base' }), undefined, 'kld-base');
  return kldStep({ variant: variant.files, base, parameters, toolchain: await llama(pipeline, toolchain) });
}

async function planReference({ ref, pipeline, model, toolchain, file }: Planning): Promise<Step> {
  const reference = model.references?.[ref.variant ?? ''];
  if (reference === undefined) throw new GgufError('REFERENCE_MISSING', `${targetName(ref)}: model.json declares no reference ${JSON.stringify(ref.variant)}`, { hint: `Declared are: ${Object.keys(model.references ?? {}).join(', ')}` });
  const fetched = await pipeline.perform(await planSource(reference.source, { ref, pipeline, toolchain, file, place: { reference: ref.variant ?? '' } }), toolchain);
  return referenceStep(ref.variant ?? '', fetched.files);
}

/** A measurement is of a variant or of a reference; names are shared, so none can be both. */
function measuredKind(ref: TargetRef, model: Model): 'quantize' | 'reference' {
  const name = ref.variant ?? '';
  const isReference = Object.hasOwn(model.references ?? {}, name);
  if (isReference && Object.hasOwn(model.quantize ?? {}, name)) throw new GgufError('NAME_TAKEN', `${ref.project}: ${name} is both a variant and a reference`, { hint: 'Rename one of them in model.json and project.json.' });
  if (!isReference) variantOf(ref, model);
  return isReference ? 'reference' : 'quantize';
}

async function planCard({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const of = (kind: TargetRef['kind'], variant?: string) => pipeline.upstream({ project: ref.project, kind, ...(variant === undefined ? {} : { variant }) });
  const variants = Object.keys(model.quantize ?? {});
  const measured = model.evaluation !== undefined;
  const unknown = Object.entries(model.references ?? {}).filter(([, { compareWith }]) => compareWith !== undefined && !variants.includes(compareWith)).map(([name, { compareWith }]) => `references.${name}.compareWith: there is no variant ${JSON.stringify(compareWith)}`);
  if (unknown.length > 0) throw new GgufError('VARIANT_MISSING', `${ref.project}: ${unknown.join('\n')}`, { hint: `Declared are: ${variants.join(', ')}` });
  return cardStep({
    model,
    source: await of('fetch'),
    converted: await of('convert'),
    imatrix: model.imatrix === undefined ? null : await of('imatrix'),
    base: measured ? await of('kld-base') : null,
    variants: await Promise.all(variants.map(async (name) => ({ name, quantized: await of('quantize', name), measured: measured ? await of('kld', name) : null }))),
    references: await Promise.all(Object.entries(model.references ?? {}).map(async ([name, { compareWith }]) => ({ name, compareWith: compareWith ?? null, fetched: await of('reference', name), measured: measured ? await of('kld', name) : null }))),
    toolchain: { build: await pipeline.toolchain(toolchain).identity('build'), python: await pipeline.toolchain(toolchain).identity('python') },
  });
}

/** The variant that a target names. */
export function variantOf(ref: TargetRef, model: Model): Variant {
  const variant = model.quantize?.[ref.variant ?? ''];
  if (variant !== undefined) return variant;
  const known = Object.keys(model.quantize ?? {}).join(', ');
  throw new GgufError('VARIANT_MISSING', `${targetName(ref)}: model.json declares no variant ${JSON.stringify(ref.variant)}`, { hint: known === '' ? 'Declare it under "quantize".' : `Declared are: ${known}` });
}

function evaluation(ref: TargetRef, model: Model) {
  if (model.evaluation === undefined) throw new GgufError('NO_EVALUATION', `${ref.project}: model.json declares no "evaluation"`, { hint: 'Declare the corpus to measure on.' });
  const { corpus, ctx = 512, chunks = -1, batch = 2048, ubatch = 512 } = model.evaluation;
  return { corpus, parameters: { ctx, chunks, batch, ubatch } };
}

async function corpusText(corpus: CorpusFile, pipeline: Pipeline): Promise<ManifestFile> {
  const { project, file } = typeof corpus === 'string' ? { project: corpus, file: undefined } : corpus;
  projectDirectory(pipeline.environment.workspace, project, '"corpus"');
  return oneFile(await pipeline.upstream({ project, kind: 'fetch' }), file, project);
}
