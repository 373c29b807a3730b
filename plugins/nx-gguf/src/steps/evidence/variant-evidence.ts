import type { SplitEvidence, VariantEvidence } from '../../core/generated/evidence.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { ImatrixCoverage, QuantizationPlan } from '../../core/generated/plan.generated.js';
import { fact } from '../facts.js';
import { evidenceFiles } from './evidence-files.js';
import type { EvidenceInputs } from './evidence-inputs.js';

/**
 * What is known of a variant. Its plan is left out when the file has other types than that plan gives: it was
 * made of another header, or before the recipe changed.
 */
export function variantEvidence(
  { name, use, made, plan, split }: EvidenceInputs['variants'][number],
  { speed, measurement }: Pick<VariantEvidence, 'speed' | 'measurement'>,
): VariantEvidence {
  const { manifest } = made;
  const shared = quantizedEvidence(manifest);
  return {
    name,
    use,
    gates: null,
    speed,
    ...shared,
    split: split === null ? null : splitEvidence(split),
    ftype: fact<string>(manifest, 'ftype') ?? '',
    rules: fact<string>(manifest, 'rules'),
    plan: plan !== null && isPlanOf(plan, shared.tensorTypes) ? plan : null,
    imatrixCoverage: fact<ImatrixCoverage>(manifest, 'imatrixCoverage'),
    measurement,
  };
}

/** The parts in which a GGUF is published, and the commands that make them. */
export function splitEvidence({ files: parts, provenance: { commands } }: Manifest): SplitEvidence {
  return { files: evidenceFiles(parts), commands };
}

/** The part of the evidence that every quantized file has, whoever made it. */
export function quantizedEvidence(
  manifest: Manifest,
): Pick<VariantEvidence, 'files' | 'bitsPerWeight' | 'tensorTypes'> {
  return {
    files: evidenceFiles(manifest.files),
    bitsPerWeight: fact<number>(manifest, 'bitsPerWeight'),
    tensorTypes: fact<Record<string, string>>(manifest, 'tensorTypes') ?? {},
  };
}

function isPlanOf(plan: QuantizationPlan, types: Readonly<Record<string, string>>): boolean {
  return (
    plan.tensors.length === Object.keys(types).length &&
    plan.tensors.every(({ name, to }) => types[name] === to)
  );
}
