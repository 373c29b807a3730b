import type { Json } from '../../core/canonical-json.js';
import type {
  CorpusEvidence,
  Evidence,
  EvidenceFile,
  ImatrixEvidence,
  Measurement,
  Origin,
  ReferenceEvidence,
  RunEvidence,
  SplitEvidence,
  VariantEvidence,
} from '../../core/generated/evidence.generated.js';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import type { KldParameters } from '../../core/generated/kld.generated.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { validate } from '../../core/validate.js';
import { filesText, unknownConditions } from '../../kld/statistics/conditions.js';
import { checkGates, type Gates } from '../../kld/gates/gates.js';
import { sizeOf } from '../../report/pictures/models.js';
import { readSourceCard } from '../../report/source-card.js';
import { fact } from '../facts.js';
import type { ImatrixStatistics } from '../imatrix/imatrix-statistics.js';
import { incomparableResults, type MeasuredFigures } from './incomparable.js';
import { comparableSpeeds } from './speed.js';
import { pairedComparisons } from './comparisons.js';
import { measurementOf, type MeasuredArtifact } from './measurement.js';
import { measuredConditions } from './measured-conditions.js';

/** An artifact and the name that its target has in Nx. */
export interface TargetArtifact {
  target: string;
  manifest: Manifest;
}

/** A text that tools read, and where it comes from. */
export interface CorpusArtifact extends TargetArtifact {
  project: string;
  origin: Origin;
}

/** A model with what was measured on it. */
export interface MeasuredModel {
  name: string;
  made: TargetArtifact;
  measured: MeasuredArtifact | null;
  /** What its last measurement of speed left, whatever it was measured on. */
  bench: BenchResult | null;
}

/** The results that evidence is put together from. */
export interface EvidenceInputs {
  project: string;
  directory: string;
  name: string;
  description: string | null;
  source: TargetArtifact & { origin: Origin; readme: string | null };
  converted: TargetArtifact;
  imatrix:
    | (TargetArtifact & {
        origin: Origin | null;
        corpus: CorpusArtifact | null;
        statistics: ImatrixStatistics | null;
      })
    | null;
  evaluation: { corpus: CorpusArtifact; parameters: KldParameters } | null;
  /** `split`: what llama-gguf-split made of a file that is too large to be published in one piece. */
  variants: readonly (MeasuredModel & {
    use: string | null;
    plan: QuantizationPlan | null;
    split: Manifest | null;
  })[];
  references: readonly (MeasuredModel & { compareWith: string | null; origin: Origin })[];
  gates: Gates;
  toolchain: {
    project: string;
    repository: string | null;
    build: Readonly<Record<string, Json>>;
    python: Readonly<Record<string, Json>>;
    requirements: readonly string[] | null;
  };
}

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
    ...quantized(made.manifest),
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
        files: files(source.manifest.files),
        card: source.readme === null ? null : readSourceCard(source.readme),
      },
      unquantized: {
        files: files(converted.manifest.files),
        architecture: fact<string>(converted.manifest, 'architecture'),
        bitsPerWeight: fact<number>(converted.manifest, 'bitsPerWeight'),
        tensorTypes: fact<Record<string, string>>(converted.manifest, 'tensorTypes') ?? {},
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
      runs: runs(inputs),
    },
    `evidence of ${inputs.project}`,
  );
}

function variantEvidence(
  { name, use, made, plan, split }: EvidenceInputs['variants'][number],
  { speed, measurement }: Pick<VariantEvidence, 'speed' | 'measurement'>,
): VariantEvidence {
  const { manifest } = made;
  const shared = quantized(manifest);
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
    measurement,
  };
}

function splitEvidence({ files: parts, provenance: { commands } }: Manifest): SplitEvidence {
  return { files: files(parts), commands };
}

/** What is required of each variant, held against what is known of it. */
function withGates(
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

function quantized(manifest: Manifest): Pick<VariantEvidence, 'files' | 'bitsPerWeight' | 'tensorTypes'> {
  return {
    files: files(manifest.files),
    bitsPerWeight: fact<number>(manifest, 'bitsPerWeight'),
    tensorTypes: fact<Record<string, string>>(manifest, 'tensorTypes') ?? {},
  };
}

/** A plan may have been made of another header, or before the recipe changed: then it explains nothing. */
function isPlanOf(plan: QuantizationPlan, types: Readonly<Record<string, string>>): boolean {
  return (
    plan.tensors.length === Object.keys(types).length &&
    plan.tensors.every(({ name, to }) => types[name] === to)
  );
}

function imatrixEvidence({
  manifest,
  origin,
  corpus,
  statistics,
}: NonNullable<EvidenceInputs['imatrix']>): ImatrixEvidence {
  const [file] = files(manifest.files);
  if (file === undefined) throw new Error('an importance matrix without a file');
  return {
    file,
    origin,
    corpus: corpus === null ? null : corpusEvidence(corpus, [manifest]),
    format: fact<'gguf' | 'legacy'>(manifest, 'format'),
    chunks: fact<number | string>(manifest, 'chunks'),
    chunkSize: fact<number | string>(manifest, 'chunkSize'),
    datasets: statistics?.datasets ?? null,
    tensors: fact<string[]>(manifest, 'tensors') ?? [],
    statistics: statistics?.statistics ?? null,
  };
}

/** The text as the steps that read it recorded it; its size where the corpus still has it. */
function corpusEvidence(
  { project, origin, manifest }: CorpusArtifact,
  readers: readonly Manifest[],
): CorpusEvidence {
  const read = readers.flatMap(({ provenance }) => provenance.inputs).find(({ role }) => role === 'corpus');
  const known = manifest.files.find(({ sha256, name }) =>
    read === undefined ? true : sha256 === read.sha256 && name === read.name,
  );
  const [file] = known === undefined ? [] : files([known]);
  return {
    project,
    origin,
    file: file ?? { name: read?.name ?? '', sizeBytes: null, sha256: read?.sha256 ?? '' },
  };
}

function sourceOfBuild(build: Readonly<Record<string, Json>>): { commit: string | null; patched: boolean } {
  const { source } = build as { source?: { commit?: string; tree?: string } };
  return { commit: source?.commit ?? null, patched: source?.tree !== undefined };
}

/** In the order of the work, each step once. */
function runs({
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
    const more = files(outputs).filter(({ name }) => !known.some((file) => file.name === name));
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

function files(of: readonly ManifestFile[]): EvidenceFile[] {
  return of.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 }));
}
