import type { Json } from '../../core/json/canonical-json.js';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import type { Origin } from '../../core/generated/evidence.generated.js';
import type { KldParameters } from '../../core/generated/kld.generated.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import type { Gates } from '../../kld/gates/gates.js';
import type { ImatrixStatistics } from '../imatrix/imatrix-statistics.js';
import type { MeasuredArtifact } from './measurement.js';

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
  /** `split` as of a variant. */
  converted: TargetArtifact & { split?: Manifest | null };
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
