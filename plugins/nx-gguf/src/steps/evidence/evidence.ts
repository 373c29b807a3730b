import type { Json } from '../../core/json/canonical-json.js';
import type { Evidence, Measurement, ReferenceEvidence } from '../../core/generated/evidence.generated.js';
import { validate } from '../../core/validate.js';
import { filesText } from '../../kld/statistics/conditions.js';
import { readSourceCard } from '../../report/source-card.js';
import { fact } from '../facts.js';
import { pairedComparisons } from './comparisons.js';
import { corpusEvidence } from './corpus-evidence.js';
import { evidenceFiles } from './evidence-files.js';
import type { EvidenceInputs } from './evidence-inputs.js';
import { withGates } from './gate-evidence.js';
import { imatrixEvidence } from './imatrix-evidence.js';
import { incomparableResults } from './incomparable.js';
import { measurementOf } from './measurement.js';
import { runEvidence } from './run-evidence.js';
import { comparableSpeeds } from './speed.js';
import { quantizedEvidence, splitEvidence, variantEvidence } from './variant-evidence.js';

/**
 * Everything that is known about a model, from the manifests of its steps.
 * @throws GgufError `BAD_EVIDENCE` when a manifest holds facts of another form
 */
export function evidenceOf(inputs: EvidenceInputs): Evidence {
  const { source, converted, imatrix, evaluation, variants, references, toolchain } = inputs;
  const commit = sourceOfBuild(toolchain.build);
  const { bench, speedOf } = comparableSpeeds(
    [...variants, ...references].map(({ name, made, bench: result }) => ({
      name,
      files: made.manifest.files,
      bench: result,
    })),
  );
  const models = [...variants, ...references].map(({ name, made, measured }) => ({
    name,
    made,
    measured,
    measurement: measurementOf(measured, made.manifest),
  }));
  const apart = incomparableResults(models, filesText(converted.manifest.files));
  const together = models.filter(({ name }) => !apart.some((other) => other.name === name));
  const measurementFor = (name: string): Measurement =>
    together.find((model) => model.name === name)?.measurement ?? null;
  const quantizations = variants.map((variant) =>
    variantEvidence(variant, { speed: speedOf(variant.name), measurement: measurementFor(variant.name) }),
  );
  const others = references.map(({ name, compareWith, origin, made }): ReferenceEvidence => ({
    name,
    compareWith,
    origin,
    ...quantizedEvidence(made.manifest),
    measurement: measurementFor(name),
    speed: speedOf(name),
  }));
  return validate(
    'evidence',
    {
      format: 1,
      project: inputs.project,
      directory: inputs.directory,
      name: inputs.name,
      description: inputs.description,
      source: {
        origin: source.origin,
        files: evidenceFiles(source.manifest.files),
        card: source.readme === null ? null : readSourceCard(source.readme),
      },
      unquantized: {
        files: evidenceFiles(converted.manifest.files),
        architecture: fact<string>(converted.manifest, 'architecture'),
        bitsPerWeight: fact<number>(converted.manifest, 'bitsPerWeight'),
        tensorTypes: fact<Record<string, string>>(converted.manifest, 'tensorTypes') ?? {},
        ...(converted.split == null ? {} : { split: splitEvidence(converted.split) }),
        speed: null,
      },
      imatrix: imatrix === null ? null : imatrixEvidence(imatrix),
      evaluation:
        evaluation === null
          ? null
          : {
              corpus: corpusEvidence(
                evaluation.corpus,
                together.flatMap(({ measured }) => measured?.manifest ?? []),
              ),
              parameters: evaluation.parameters,
            },
      variants: withGates(quantizations, models, inputs.gates),
      references: others,
      comparisons: pairedComparisons({ models: together, references, gates: inputs.gates }),
      apart,
      bench,
      toolchain: {
        project: toolchain.project,
        commit: commit.commit,
        patched: commit.patched,
        repository: toolchain.repository,
        build: toolchain.build,
        python: toolchain.python,
        requirements: toolchain.requirements,
      },
      runs: runEvidence(inputs),
    },
    `evidence of ${inputs.project}`,
  );
}

function sourceOfBuild(build: Readonly<Record<string, Json>>): { commit: string | null; patched: boolean } {
  const { source } = build as { source?: { commit?: string; tree?: string } };
  return { commit: source?.commit ?? null, patched: source?.tree !== undefined };
}
