import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { CorpusFile, EvaluationSettings, Model, Variant } from '../core/generated/model.generated.js';
import { benchStep } from '../steps/bench.js';
import { publisher } from '../publish/settings.js';
import { cardStep } from '../steps/card.js';
import { convertStep } from '../steps/convert.js';
import { imatrixFileStep, imatrixMakeStep } from '../steps/imatrix.js';
import { evaluationParameters } from '../steps/evaluation.js';
import type { KldBase } from '../steps/kld-base.js';
import { kldStep, type KldStep } from '../steps/kld.js';
import { kldBaseStep, type MeasureSettings } from '../steps/measure.js';
import { quantizationPlanStep } from '../steps/plan.js';
import { quantizeStep } from '../steps/quantize.js';
import { referenceStep } from '../steps/reference.js';
import { readPageAssets, reportStep } from '../steps/report.js';
import type { Step } from '../steps/step.js';
import { modelEvidence } from './model-evidence.js';
import { describeMachine } from '../toolchain/machine.js';
import { defaultToolchain } from '../infer/declared-model.js';
import { askingPipeline } from './asked-results.js';
import type { Pipeline } from './pipeline.js';
import { planGate } from './plan-gate.js';
import { planSource } from './plan-source.js';
import { targetName, type TargetRef } from '../core/target.js';
import { convertedModel, llama, namedFile, oneFile } from './upstream-files.js';
import { planVariant } from './variant-plan.js';
import { fetchedKind } from './declarations.js';
import { projectDirectory, readConfig } from './workspace.js';

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
  options: PlanningOptions;
}

/** What an executor's options change in planning. */
export interface PlanningOptions {
  /** A GGUF elsewhere that stands for the converted model in a plan, in place of the one that model.json declares. */
  from?: string | undefined;
  /** Most variants that are measured at once. */
  parallel?: number | undefined;
}

/** The step of a target: the recipe and the manifests of what it builds on, resolved. */
export async function planStep(
  ref: TargetRef,
  pipeline: Pipeline,
  options: PlanningOptions,
): Promise<PlannedStep> {
  const { workspace } = pipeline.environment;
  if (ref.kind === 'fetch' && (await fetchedKind(workspace, ref.project)) === 'corpus')
    return planCorpus(ref, pipeline);
  const model = await readConfig(workspace, 'model', ref.project);
  const toolchain = model.toolchain ?? defaultToolchain;
  return { step: await planOfKind({ ref, pipeline, model, toolchain, options }), toolchain };
}

function planOfKind(planning: Planning): Promise<Step> {
  switch (planning.ref.kind) {
    case 'fetch':
      return planSource(planning.model.source, { ...planning, kind: 'model', place: 'source' });
    case 'reference':
      return planReference(planning);
    case 'convert':
      return planConvert(planning);
    case 'imatrix':
      return planImatrix(planning);
    case 'plan':
      return planPlan(planning);
    case 'quantize':
      return planQuantize(planning);
    case 'kld-base':
      return planKldBase(planning);
    case 'bench':
      return planBench(planning);
    case 'gate':
      return planGate(planning);
    case 'card':
      return planCard(planning);
    case 'report':
      return planReport(planning);
    default:
      throw new Error(`${targetName(planning.ref)} is no step of a model`);
  }
}

async function planCorpus(ref: TargetRef, pipeline: Pipeline): Promise<PlannedStep> {
  const corpus = await readConfig(pipeline.environment.workspace, 'corpus', ref.project);
  const toolchain = corpus.toolchain ?? defaultToolchain;
  return {
    step: await planSource(corpus.source, { ref, pipeline, toolchain, kind: 'corpus', place: 'source' }),
    toolchain,
  };
}

async function planConvert({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const access = pipeline.toolchain(toolchain);
  const settings = model.convert ?? {};
  const metadata =
    settings.metadata === undefined
      ? null
      : await namedFile(ref, pipeline, { file: settings.metadata, by: 'convert.metadata' });
  const checkpoint = await pipeline.upstream({ project: ref.project, kind: 'fetch' });
  return convertStep({
    name: model.name,
    settings,
    metadata,
    checkpoint: checkpoint.files,
    toolchain: { source: await access.identity('source'), python: await access.identity('python') },
  });
}

async function planImatrix({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const settings = model.imatrix;
  if (settings === undefined)
    throw new GgufError('NO_IMATRIX', `${ref.project}: model.json declares no "imatrix"`, {
      hint: 'Declare one, or remove the target `imatrix` from project.json (`nx sync` does).',
    });
  if (settings.type === 'file') {
    const { pipeline: asking, asked } = await askingPipeline(ref, pipeline);
    const fetched = await asking.perform(
      await planSource(settings.source, { ref, pipeline, toolchain, kind: 'model', place: 'imatrix' }),
      toolchain,
      { needFiles: false },
    );
    return { ...imatrixFileStep(oneFile(fetched, settings.file, 'imatrix.source')), asked };
  }
  return imatrixMakeStep({
    settings,
    model: await convertedModel(ref, pipeline),
    corpus: await corpusText(settings.corpus, pipeline),
    toolchain: await llama(pipeline, toolchain),
  });
}

async function planQuantize({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const variant = variantOf(ref, model);
  const files = await convertedModel(ref, pipeline);
  const name = `${model.name}-${ref.variant ?? ''}`;
  if (files.some((file) => file.name === `${name}.gguf`))
    throw new GgufError('VARIANT_NAME_TAKEN', `${name}.gguf is the name of the unquantized model already`, {
      hint: 'Give the variant another name.',
    });
  const { plan, asked, ...planned } = await planVariant(
    { ref, model, toolchain, variant, name: ref.variant ?? '' },
    pipeline,
  );
  return {
    ...quantizeStep({
      name,
      model: files,
      settings: planned.settings,
      rules: planned.rules,
      imatrix: planned.imatrix,
      expected: plan,
      toolchain: planned.toolchain,
    }),
    asked,
  };
}

async function planPlan({ ref, pipeline, model, toolchain, options }: Planning): Promise<Step> {
  const planned = await planVariant(
    {
      ref,
      model,
      toolchain,
      variant: variantOf(ref, model),
      name: ref.variant ?? '',
      from: options.from ?? model.planFrom,
    },
    pipeline,
  );
  return { ...quantizationPlanStep(planned), asked: planned.asked };
}

async function planKldBase(planning: Planning): Promise<Step> {
  return kldBaseStep(await kldBase(planning), measureSettings(planning));
}

/** A measurement, how it is done, and the project whose toolchain it runs. */
export interface PlannedMeasurement {
  step: KldStep;
  settings: MeasureSettings;
  toolchain: string;
}

/** The measurement of a target: as `planStep`, for steps that are worked on together. */
export async function planMeasurement(
  ref: TargetRef,
  pipeline: Pipeline,
  options: PlanningOptions,
): Promise<PlannedMeasurement> {
  const model = await readConfig(pipeline.environment.workspace, 'model', ref.project);
  const toolchain = model.toolchain ?? defaultToolchain;
  const planning = { ref, pipeline, model, toolchain, options };
  const variant = await pipeline.upstream({
    project: ref.project,
    kind: measuredKind(ref, model),
    variant: ref.variant ?? '',
  });
  return {
    step: kldStep({ name: ref.variant ?? '', variant: variant.files, base: await kldBase(planning) }),
    settings: measureSettings(planning),
    toolchain,
  };
}

async function kldBase({ ref, pipeline, model, toolchain }: Planning): Promise<KldBase> {
  const settings = evaluation(ref, model);
  return {
    name: model.name,
    model: await convertedModel(ref, pipeline),
    corpus: await corpusText(settings.corpus, pipeline),
    parameters: evaluationParameters(settings),
    toolchain: await llama(pipeline, toolchain),
  };
}

function measureSettings({ ref, model, options }: Planning): MeasureSettings {
  const { base = 'stream', baseLimit = 4 * 2 ** 30, shareBase = false } = evaluation(ref, model);
  return {
    base,
    baseLimitBytes: baseLimit,
    shareBase,
    parallel: options.parallel,
    machine: {
      cores: availableParallelism(),
      freeMemoryBytes: () => process.availableMemory(),
      waitsAsleep: process.platform !== 'darwin',
    },
  };
}

async function planBench({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const name = ref.variant ?? '';
  const { files } = await pipeline.upstream({
    project: ref.project,
    kind: measuredKind(ref, model),
    variant: name,
  });
  return benchStep({
    name,
    files,
    settings: model.bench ?? {},
    machine: describeMachine(),
    toolchain: await llama(pipeline, toolchain),
  });
}

async function planReference({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const reference = model.references?.[ref.variant ?? ''];
  if (reference === undefined)
    throw new GgufError(
      'REFERENCE_MISSING',
      `${targetName(ref)}: model.json declares no reference ${JSON.stringify(ref.variant)}`,
      { hint: `Declared are: ${Object.keys(model.references ?? {}).join(', ')}` },
    );
  const { pipeline: asking, asked } = await askingPipeline(ref, pipeline);
  const fetched = await asking.perform(
    await planSource(reference.source, {
      ref,
      pipeline,
      toolchain,
      kind: 'model',
      place: { reference: ref.variant ?? '' },
    }),
    toolchain,
    { needFiles: false },
  );
  return { ...referenceStep(ref.variant ?? '', fetched.files), asked };
}

/** A measurement is of a variant or of a reference; names are shared, so none can be both. */
export function measuredKind(ref: TargetRef, model: Model): 'quantize' | 'reference' {
  const name = ref.variant ?? '';
  const isReference = Object.hasOwn(model.references ?? {}, name);
  if (isReference && Object.hasOwn(model.quantize ?? {}, name))
    throw new GgufError('NAME_TAKEN', `${ref.project}: ${name} is both a variant and a reference`, {
      hint: 'Rename one of them.',
    });
  if (!isReference) variantOf(ref, model);
  return isReference ? 'reference' : 'quantize';
}

async function planCard({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const evidence = await modelEvidence({ ref, model, toolchain }, pipeline);
  const named = model.card?.template;
  const template =
    named === undefined
      ? null
      : {
          file: join(evidence.directory, named),
          text: await namedFile(ref, pipeline, { file: named, by: 'card.template' }),
        };
  const owner = publisher(model);
  return cardStep({
    evidence,
    settings: { ...(owner === null ? {} : { quantizedBy: owner }), ...model.card },
    template,
  });
}

async function planReport({ ref, pipeline, model, toolchain }: Planning): Promise<Step> {
  const { pipeline: asking, asked } = await askingPipeline(ref, pipeline);
  const evidence = await modelEvidence({ ref, model, toolchain }, asking, { withImportance: true });
  return { ...reportStep([evidence], await readPageAssets(), { withEvidence: true }), asked };
}

/** The variant that a target names. */
function variantOf(ref: TargetRef, model: Model): Variant {
  const variant = model.quantize?.[ref.variant ?? ''];
  if (variant !== undefined) return variant;
  const known = Object.keys(model.quantize ?? {}).join(', ');
  throw new GgufError(
    'VARIANT_MISSING',
    `${targetName(ref)}: model.json declares no variant ${JSON.stringify(ref.variant)}`,
    { hint: known === '' ? 'Declare it under "quantize".' : `Declared are: ${known}` },
  );
}

function evaluation(ref: TargetRef, model: Model): EvaluationSettings {
  if (model.evaluation === undefined)
    throw new GgufError('NO_EVALUATION', `${ref.project}: model.json declares no "evaluation"`, {
      hint: 'Declare the corpus to measure on.',
    });
  return model.evaluation;
}

async function corpusText(corpus: CorpusFile, pipeline: Pipeline): Promise<ManifestFile> {
  const { project, file } = typeof corpus === 'string' ? { project: corpus, file: undefined } : corpus;
  const { workspace } = pipeline.environment;
  projectDirectory(workspace, project, '"corpus"');
  if ((await fetchedKind(workspace, project)) !== 'corpus') {
    throw new GgufError(
      'CORPUS_MISSING',
      `"corpus" names the project ${JSON.stringify(project)}, which has no corpus.json`,
      { hint: 'A corpus is a directory with a corpus.json.' },
    );
  }
  return oneFile(await pipeline.upstream({ project, kind: 'fetch' }), file, project);
}
