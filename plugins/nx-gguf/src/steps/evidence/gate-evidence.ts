import type { VariantEvidence } from '../../core/generated/evidence.generated.js';
import { checkGates, type Gates } from '../../kld/gates/gates.js';
import { unknownConditions } from '../../kld/statistics/conditions.js';
import { sizeOf } from '../../report/pictures/models.js';
import { fact } from '../facts.js';
import type { TargetArtifact } from './evidence-inputs.js';
import type { MeasuredFigures } from './incomparable.js';
import { measuredConditions } from './measured-conditions.js';

/** The variants, each with the gates that apply to it and whether it passes them. */
export function withGates(
  variants: VariantEvidence[],
  models: readonly (MeasuredFigures & { made: TargetArtifact })[],
  gates: Gates,
): VariantEvidence[] {
  if (Object.keys(gates).length === 0) return variants;
  const subjects = new Map(
    models.map(({ name, made: { manifest }, measured, measurement }) => [
      name,
      {
        sizeBytes: sizeOf(manifest.files),
        bitsPerWeight: fact<number>(manifest, 'bitsPerWeight'),
        statistics: measurement?.statistics ?? null,
        conditions:
          measured === null ? unknownConditions : measuredConditions(measured.manifest, measured.result),
      },
    ]),
  );
  const { checks } = checkGates(gates, subjects);
  return variants.map((variant) => {
    const own = checks.filter((check) => check.variant === variant.name);
    return own.length === 0 ? variant : { ...variant, gates: own };
  });
}
