import { GgufError } from '../../core/errors.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { targetName } from '../../core/target.js';
import { labelWarnings } from '../../publication/labels.js';
import { quantizeStep } from '../../steps/quantize/quantize.js';
import { quantizationPlanStep } from '../../steps/quantize/tensor-plan.js';
import type { Step } from '../../steps/step.js';
import { isTaken } from '../file-names.js';
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
  requireFreeName(
    { ref, model },
    files.map(({ name }) => name),
  );
  const name = `${model.name}-${ref.variant ?? ''}`;
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
 * @throws GgufError `VARIANT_NAME_TAKEN`, `VARIANT_MISSING`, and what planning the variant throws
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
  // Of a conversion to the checkpoint's own type only its tensors tell the name.
  if ((model.convert?.outtype ?? 'auto') === 'auto')
    requireFreeName(
      { ref, model },
      convertedTypes(planned.plan).map((type) => `${model.name}-${type}.gguf`),
    );
  return { ...quantizationPlanStep(planned), planningResults: planned.planningResults };
}

function requireFreeName(
  { ref, model }: Pick<TargetRecipe, 'ref' | 'model'>,
  files: readonly string[],
): void {
  const variant = ref.variant ?? '';
  if (isTaken(model, variant, files))
    throw new GgufError(
      'VARIANT_NAME_TAKEN',
      `${targetName(ref)}: ${model.name}-${variant}.gguf is the name of the unquantized model already`,
      { hint: 'Give the variant another name.' },
    );
}

/** The type that `--outtype auto` took: BF16 where there is any, else F16; none of a model in another type. */
function convertedTypes({ tensors }: QuantizationPlan): string[] {
  const type = (['bf16', 'f16'] as const).find((known) => tensors.some(({ from }) => from === known));
  return type === undefined ? [] : [type.toUpperCase()];
}
