import { GgufError } from '../core/errors.js';
import type { Model, Variant } from '../core/generated/model.generated.js';
import { didYouMean } from '../core/suggestion.js';
import { targetName, type TargetRef } from '../core/target.js';

/**
 * Whether a variant or a reference is measured; names are shared, so none can be both.
 * @throws GgufError `NAME_TAKEN`, `VARIANT_MISSING`
 */
export function measuredKind(ref: TargetRef, model: Model): 'quantize' | 'reference' {
  const name = ref.variant ?? '';
  const isReference = Object.hasOwn(model.references ?? {}, name);
  if (isReference && Object.hasOwn(model.quantize ?? {}, name))
    throw new GgufError('NAME_TAKEN', `${ref.project}: ${name} is both a variant and a reference`, {
      hint: 'Rename one of them.',
    });
  if (!isReference) declaredVariant(ref, model, Object.keys(model.references ?? {}));
  return isReference ? 'reference' : 'quantize';
}

/**
 * The variant that a target names.
 * @throws GgufError `VARIANT_MISSING`
 */
export function variantOf(ref: TargetRef, model: Model): Variant {
  return declaredVariant(ref, model, []);
}

function declaredVariant(ref: TargetRef, { quantize = {} }: Model, others: readonly string[]): Variant {
  const name = ref.variant ?? '';
  const variant = Object.hasOwn(quantize, name) ? quantize[name] : undefined;
  if (variant !== undefined) return variant;
  const known = [...Object.keys(quantize), ...others];
  const what = others.length === 0 ? 'no variant' : 'no variant and no reference';
  throw new GgufError(
    'VARIANT_MISSING',
    `${targetName(ref)}: model.json declares ${what} ${JSON.stringify(name)}${didYouMean(name, known)}`,
    { hint: known.length === 0 ? 'Declare it under "quantize".' : `Declared are: ${known.join(', ')}` },
  );
}
