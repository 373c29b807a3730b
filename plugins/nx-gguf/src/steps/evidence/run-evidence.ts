import type { RunEvidence } from '../../core/generated/evidence.generated.js';
import { evidenceFiles } from './evidence-files.js';
import type { EvidenceInputs, TargetArtifact } from './evidence-inputs.js';

/** The runs of all steps in the order of the work, each step once. */
export function runEvidence({
  source,
  converted,
  imatrix,
  evaluation,
  variants,
  references,
}: EvidenceInputs): RunEvidence[] {
  const artifacts: (TargetArtifact | null | undefined)[] = [
    source,
    converted,
    imatrix?.corpus,
    imatrix,
    ...variants.map(({ made }) => made),
    ...references.map(({ made }) => made),
    evaluation?.corpus,
    ...[...variants, ...references].map(({ measured }) => measured),
  ];
  const byTarget = new Map<string, RunEvidence>();
  for (const artifact of artifacts) {
    if (artifact === null || artifact === undefined) continue;
    const {
      actionKey,
      files: outputs,
      provenance: { inputs, commands },
    } = artifact.manifest;
    // Of a project of texts each reader names the one that it read.
    const known = byTarget.get(artifact.target)?.outputs ?? [];
    const more = evidenceFiles(outputs).filter(({ name }) => !known.some((file) => file.name === name));
    byTarget.set(artifact.target, {
      target: artifact.target,
      actionKey,
      inputs,
      outputs: [...known, ...more],
      commands,
    });
  }
  return [...byTarget.values()];
}
