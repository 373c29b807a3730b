import { GgufError } from '../core/errors.js';
import type { EvaluationSettings, Model } from '../core/generated/model.generated.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import type { TargetRef } from '../core/target.js';
import { exceededCeilings } from '../kld/gates/gates.js';
import { fact } from '../steps/facts.js';
import { evaluationParameters } from '../steps/measure/evaluation.js';
import type { KldBase } from '../steps/measure/kld-base.js';
import { kldStep, type KldStep } from '../steps/measure/kld.js';
import { kldBaseStep, type MeasureSettings } from '../steps/measure/measure.js';
import type { Step } from '../steps/step.js';
import { machineShare } from '../toolchain/machine-share.js';
import { corpusText } from './corpus-text.js';
import { measuredKind } from './measured-model.js';
import type { TargetRecipe } from './target-recipe.js';
import { tellUnused, unusedEvaluation } from './unused-settings.js';
import { convertedModel, llama } from './upstream-files.js';

const defaultBaseLimitBytes = 4 * 2 ** 30;

/** A measurement, how it is done, and the project whose toolchain it runs. */
export interface ResolvedMeasurement {
  step: KldStep;
  settings: MeasureSettings;
  toolchain: string;
}

/**
 * The measurement of a `kld` target, for measurements that are worked on together.
 * @throws GgufError `NO_EVALUATION`, `VARIANT_MISSING`, `NAME_TAKEN`, `CORPUS_MISSING`
 */
export async function measurementRecipe(recipe: TargetRecipe): Promise<ResolvedMeasurement> {
  const { ref, ports, model, toolchain } = recipe;
  const name = ref.variant ?? '';
  const kind = measuredKind(ref, model);
  const variant = await ports.upstream({ project: ref.project, kind, variant: name });
  tellExceeded(recipe, variant);
  return {
    step: kldStep({ name, variant: variant.files, base: await kldBase(recipe) }),
    settings: measureSettings(recipe),
    toolchain,
  };
}

/** Gates that will fail whatever is measured are told before it is. */
function tellExceeded(
  { ref: { variant: name = '' }, model: { gates = {} }, ports }: TargetRecipe,
  made: Manifest,
): void {
  const gate = Object.hasOwn(gates, name) ? gates[name] : undefined;
  if (gate === undefined) return;
  const files = {
    sizeBytes: made.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    bitsPerWeight: fact<number>(made, 'bitsPerWeight'),
  };
  for (const exceeded of exceededCeilings(gate, files))
    ports.environment.report({
      type: 'warning',
      message: `gates.${name}.atMost.${exceeded}: the gate will fail, whatever is measured`,
    });
}

/** The step that keeps the logits of the unquantized model. */
export async function kldBaseRecipe(recipe: TargetRecipe): Promise<Step> {
  return kldBaseStep(await kldBase(recipe), measureSettings(recipe));
}

async function kldBase({ ref, ports, model, toolchain }: TargetRecipe): Promise<KldBase> {
  const settings = evaluation(ref, model);
  const tools = await llama(ports, toolchain);
  tellUnused(unusedEvaluation(settings, tools, ref.kind === 'kld-base'), ports);
  return {
    name: model.name,
    model: await convertedModel(ref, ports),
    corpus: await corpusText(settings.corpus, ports),
    parameters: evaluationParameters(settings),
    toolchain: tools,
  };
}

function measureSettings({ ref, model, options }: TargetRecipe): MeasureSettings {
  const { base = 'stream', baseLimit = defaultBaseLimitBytes, shareBase = false } = evaluation(ref, model);
  return {
    base,
    baseLimitBytes: baseLimit,
    shareBase,
    parallel: options.parallel,
    machine: {
      cores: machineShare().threads,
      freeMemoryBytes: () => machineShare().freeMemoryBytes,
      waitsAsleep: process.platform !== 'darwin',
    },
  };
}

function evaluation(ref: TargetRef, model: Model): EvaluationSettings {
  if (model.evaluation === undefined)
    throw new GgufError('NO_EVALUATION', `${ref.project}: model.json declares no "evaluation"`, {
      hint: 'Declare the corpus to measure on.',
    });
  return model.evaluation;
}
