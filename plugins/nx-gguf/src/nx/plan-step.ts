import { join } from 'node:path';
import type { Json } from '../core/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { Manifest, ManifestFile } from '../core/generated/manifest.generated.js';
import type { CorpusFile, Model, Variant } from '../core/generated/model.generated.js';
import { normalizeTensorTypes, requireTensorTypes } from '../quant/tensor-types.js';
import { cardStep } from '../steps/card.js';
import { convertStep } from '../steps/convert.js';
import { imatrixFileStep, imatrixMakeStep } from '../steps/imatrix.js';
import { kldBaseStep } from '../steps/kld-base.js';
import { kldStep } from '../steps/kld.js';
import { readNamedFile } from '../steps/perform.js';
import { quantizeStep } from '../steps/quantize.js';
import { referenceStep } from '../steps/reference.js';
import type { Step } from '../steps/step.js';
import type { Pipeline } from './pipeline.js';
import { planSource } from './plan-source.js';
import { targetName, type TargetRef } from './target.js';
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
}

/** The step of a target: the recipe and the manifests of what it builds on, resolved. */
export async function planStep(ref: TargetRef, pipeline: Pipeline, config?: { project: string; file: string }): Promise<PlannedStep> {
  const file = config?.project === ref.project ? config.file : configFile(pipeline.environment.workspace, ref, 'model.json');
  if (ref.kind === 'fetch' && /(^|\/)corpus[^/]*\.json$/.test(file)) return planCorpus(ref, pipeline, file);
  const model = await readConfig(pipeline.environment.workspace, 'model', { project: ref.project, file });
  const toolchain = model.toolchain ?? 'llama-cpp';
  const planning = { ref, pipeline, model, toolchain, file };
  return { step: await planOfKind(planning), toolchain };
}

function planOfKind(planning: Planning): Promise<Step> {
  switch (planning.ref.kind) {
    case 'fetch': return planSource(planning.model.source, { ...planning, place: 'source' });
    case 'reference': return planReference(planning);
    case 'convert': return planConvert(planning);
    case 'imatrix': return planImatrix(planning);
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
  const { tensorTypes, imatrix = model.imatrix !== undefined, ...settings } = variant;
  if (imatrix && model.imatrix === undefined) throw new GgufError('NO_IMATRIX', `${targetName(ref)}: "imatrix" is true, but model.json declares no imatrix`, { hint: 'Declare "imatrix" in model.json, or set it to false for this variant.' });
  const by = `quantize.${ref.variant ?? ''}.tensorTypes`;
  const rules = tensorTypes === undefined ? null : normalizeTensorTypes(requireTensorTypes(await namedFile(ref, pipeline, { file: tensorTypes, by }), tensorTypes));
  const files = await convertedModel(ref, pipeline);
  const name = `${model.name}-${ref.variant ?? ''}`;
  if (files.some((file) => file.name === `${name}.gguf`)) throw new GgufError('VARIANT_NAME_TAKEN', `${name}.gguf is the name of the unquantized model already`, { hint: 'Give the variant another name in model.json and project.json.' });
  const matrix = imatrix ? oneFile(await pipeline.upstream({ project: ref.project, kind: 'imatrix' }), undefined, 'imatrix') : null;
  return quantizeStep({ name, settings, rules: rules === '' ? null : rules, model: files, imatrix: matrix, toolchain: await llama(pipeline, toolchain) });
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

function variantOf(ref: TargetRef, model: Model): Variant {
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

async function convertedModel(ref: TargetRef, pipeline: Pipeline): Promise<ManifestFile[]> {
  return (await pipeline.upstream({ project: ref.project, kind: 'convert' })).files;
}

async function corpusText(corpus: CorpusFile, pipeline: Pipeline): Promise<ManifestFile> {
  const { project, file } = typeof corpus === 'string' ? { project: corpus, file: undefined } : corpus;
  projectDirectory(pipeline.environment.workspace, project, '"corpus"');
  return oneFile(await pipeline.upstream({ project, kind: 'fetch' }), file, project);
}

async function llama(pipeline: Pipeline, toolchain: string): Promise<Record<string, Json>> {
  return { build: await pipeline.toolchain(toolchain).identity('build') };
}

function oneFile({ files }: Pick<Manifest, 'files'>, name: string | undefined, of: string): ManifestFile {
  const found = name === undefined ? files : files.filter((file) => file.name === name);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const names = files.map((file) => file.name).join(', ');
  throw new GgufError('FILE_AMBIGUOUS', name === undefined ? `${of} has ${files.length} files: ${names}` : `${of} has no file ${name}; it has ${names}`, { hint: 'Name one of them.' });
}

function namedFile(ref: TargetRef, pipeline: Pipeline, named: { file: string; by: string }): Promise<string> {
  return readNamedFile(join(projectDirectory(pipeline.environment.workspace, ref.project, named.by), named.file), named);
}
