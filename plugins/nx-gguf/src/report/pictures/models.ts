import { counted } from '../../core/counted.js';
import type { Evidence, EvidenceFile, Measurement, Speed } from '../../core/generated/evidence.generated.js';

/** A variant or a reference as pictures see them: they are measured the same way. */
export interface ChartedModel {
  readonly name: string;
  readonly kind: 'variant' | 'reference';
  /** Size of all its files in bytes; null where one is not known. */
  readonly sizeBytes: number | null;
  readonly compareWith: string | null;
  readonly measurement: Measurement;
  readonly speed: Speed;
}

/** The variants, then the references. */
export function chartedModels({ variants, references }: Evidence): ChartedModel[] {
  return [
    ...variants.map(({ name, files, measurement, speed }): ChartedModel => ({
      name,
      kind: 'variant',
      sizeBytes: sizeOf(files),
      compareWith: null,
      measurement,
      speed,
    })),
    ...references.map(({ name, files, measurement, speed, compareWith }): ChartedModel => ({
      name,
      kind: 'reference',
      sizeBytes: sizeOf(files),
      compareWith,
      measurement,
      speed,
    })),
  ];
}

/** Size of all files in bytes, or null where one is not known. */
export function sizeOf(files: readonly EvidenceFile[]): number | null {
  return files.reduce<number | null>(
    (sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes),
    0,
  );
}

/** The unit in which sizes of this order are read best. */
export function sizeUnit(largestBytes: number): { unit: string; bytes: number } {
  return largestBytes >= 1 << 30 ? { unit: 'GiB', bytes: 1 << 30 } : { unit: 'MiB', bytes: 1 << 20 };
}

/** How much was compared: `580 chunks of 512 tokens of wiki.test.raw`; null when nothing was. */
export function measuredOn({ evaluation, variants, references }: Evidence): string | null {
  const statistics = [...variants, ...references].find(({ measurement }) => measurement !== null)?.measurement
    ?.statistics;
  return evaluation === null || statistics === undefined
    ? null
    : `${counted(statistics.chunks, 'chunk')} of ${statistics.ctx} tokens of ${evaluation.corpus.file.name}`;
}
