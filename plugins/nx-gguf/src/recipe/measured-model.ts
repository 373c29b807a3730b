import { GgufError } from '../core/errors.js';
import type { Model, Variant } from '../core/generated/model.generated.js';
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
  if (!isReference) variantOf(ref, model);
  return isReference ? 'reference' : 'quantize';
}

/**
 * The variant that a target names.
 * @throws GgufError `VARIANT_MISSING`
 */
export function variantOf(ref: TargetRef, model: Model): Variant {
  const variant = model.quantize?.[ref.variant ?? ''];
  if (variant !== undefined) return variant;
  const known = Object.keys(model.quantize ?? {}).join(', ');
  throw new GgufError(
    'VARIANT_MISSING',
    `${targetName(ref)}: model.json declares no variant ${JSON.stringify(ref.variant)}`,
    { hint: known === '' ? 'Declare it under "quantize".' : `Declared are: ${known}` },
  );
}
