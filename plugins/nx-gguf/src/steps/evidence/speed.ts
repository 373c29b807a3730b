import type { BenchEvidence, Speed } from '../../core/generated/evidence.generated.js';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { conditions } from '../../report/speed-table.js';

/** A model whose speed may have been measured. */
export interface BenchedModel {
  readonly name: string;
  readonly files: readonly Pick<ManifestFile, 'sha256'>[];
  readonly bench: BenchResult | null;
}

/**
 * The speeds that can be compared: those of these very bytes, measured on one machine in one way. Where
 * results are from several, those count that most models have, then those of the model that comes first.
 */
export function comparableSpeeds(models: readonly BenchedModel[]): {
  bench: BenchEvidence | null;
  speedOf: (name: string) => Speed;
} {
  const groups = new Map<string, Map<string, BenchResult>>();
  for (const { name, files, bench } of models) {
    if (bench === null || digests(bench.files) !== digests(files)) continue;
    const group = groups.get(conditions(bench)) ?? new Map<string, BenchResult>();
    groups.set(conditions(bench), group.set(name, bench));
  }
  const [largest] = [...groups.values()].sort((a, b) => b.size - a.size);
  const [first] = largest?.values() ?? [];
  if (largest === undefined || first === undefined) return { bench: null, speedOf: () => null };
  return {
    bench: {
      machine: first.machine,
      runtime: first.runtime,
      busy: [...largest].filter(([, { load }]) => !load.isQuiet).map(([name]) => name),
    },
    speedOf: (name) =>
      largest.get(name)?.tests.map(({ test, tokensPerSecond: { samples, mean, stddev } }) => ({
        ...test,
        repetitions: samples.length,
        tokensPerSecond: { value: mean, error: stddev },
      })) ?? null,
  };
}

function digests(files: readonly { sha256: string }[]): string {
  return files
    .map(({ sha256 }) => sha256)
    .sort()
    .join();
}
