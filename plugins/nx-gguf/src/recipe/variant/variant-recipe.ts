import { GgufError } from '../../core/errors.js';
import { labelWarnings } from '../../publication/labels.js';
import { quantizeStep } from '../../steps/quantize/quantize.js';
import { quantizationPlanStep } from '../../steps/quantize/tensor-plan.js';
import type { Step } from '../../steps/step.js';
import { variantOf } from '../measured-model.js';
import type { TargetRecipe } from '../target-recipe.js';
import { convertedModel } from '../upstream-files.js';
import { planVariant } from './variant-plan.js';

/**
 * The step that makes a variant.
 * @throws GgufError `VARIANT_NAME_TAKEN`, `VARIANT_MISSING`, and what planning the variant throws
 */
export async function quantizeRecipe({ ref, ports, model, toolchain }: TargetRecipe): Promise<Step> {
  const variant = variantOf(ref, model);
  const files = await convertedModel(ref, ports);
  const name = `${model.name}-${ref.variant ?? ''}`;
  if (files.some((file) => file.name === `${name}.gguf`))
    throw new GgufError('VARIANT_NAME_TAKEN', `${name}.gguf is the name of the unquantized model already`, {
      hint: 'Give the variant another name.',
    });
  const { plan, planningResults, ...planned } = await planVariant(
    { ref, model, toolchain, variant, name: ref.variant ?? '' },
    ports,
  );
  const step = quantizeStep({
    name,
    model: files,
    settings: planned.settings,
    rules: planned.rules,
    imatrix: planned.imatrix,
    expected: plan,
    toolchain: planned.toolchain,
  });
  return { ...step, planningResults };
}

/**
 * The step that leaves the tensor plan of a variant.
 * @throws GgufError `VARIANT_MISSING`, and what planning the variant throws
 */
export async function planRecipe({ ref, ports, model, toolchain, options }: TargetRecipe): Promise<Step> {
  for (const message of labelWarnings(model, { variant: ref.variant }))
    ports.environment.report({ type: 'warning', message });
  const planned = await planVariant(
    {
      ref,
      model,
      toolchain,
      variant: variantOf(ref, model),
      name: ref.variant ?? '',
      from: options.from ?? model.planFrom,
    },
    ports,
  );
  return { ...quantizationPlanStep(planned), planningResults: planned.planningResults };
}
