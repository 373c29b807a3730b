import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { EvaluationParameters } from './evaluation.js';

/** The properties of the machine that decide how many variants run at once, and with how many threads. */
export interface Machine {
  cores: number;
  /** Memory that can be taken without swapping. */
  freeMemoryBytes: () => number;
  /** Threads that wait sleep, so more of them than cores do no harm. OpenMP is told so; macOS has none. */
  waitsAsleep: boolean;
}

/** How variants are spread over passes. */
export interface PassSizes {
  /** Variants in a pass. */
  variants: number;
  /** Threads of each process. */
  threads: number;
  /** Memory of all processes of the largest pass, as far as it can be estimated before. */
  memoryBytes: number;
}

/** The inputs of the plan of a measurement. */
export interface SizedMeasurement {
  model: readonly ManifestFile[];
  variants: readonly (readonly ManifestFile[])[];
  /** Tokens of the vocabulary. */
  vocabulary: number;
  parameters: EvaluationParameters;
  /** A base pass runs beside the variants. */
  computesBase: boolean;
  threads: number | undefined;
  parallel: number | undefined;
}

/**
 * How many variants are measured at once and with how many threads. All processes take turns: one waits for
 * the other's logits, then the other way around. So each gets twice its share of the cores where waiting
 * costs nothing.
 */
export function passSizes(planned: SizedMeasurement, machine: Machine): PassSizes {
  const bases = planned.computesBase ? 1 : 0;
  const largestFirst = planned.variants.map((files) => processBytes(files, planned)).sort((a, b) => b - a);
  const memory = (count: number): number =>
    largestFirst
      .slice(0, count)
      .reduce((sum, bytes) => sum + bytes, bases * processBytes(planned.model, planned));
  const free = machine.freeMemoryBytes();
  let variants = Math.min(planned.variants.length, planned.parallel ?? Infinity);
  while (variants > 1 && memory(variants) > free) variants--;
  const share = machine.cores / Math.max(1, variants + bases);
  const threads =
    planned.threads ??
    Math.max(1, Math.min(machine.cores, Math.floor(share * (machine.waitsAsleep ? 2 : 1))));
  return { variants, threads, memoryBytes: memory(variants) };
}

/**
 * Memory of one llama-perplexity: the model, the logits of a batch, those of the largest graph, and 16 bits
 * for each probability of a chunk (follows kl_divergence and perplexity_v2 of
 * tools/perplexity/perplexity.cpp). The cache of keys and values is left out: it is small beside these.
 */
function processBytes(
  files: readonly ManifestFile[],
  { vocabulary, parameters: { ctx, batch, ubatch } }: SizedMeasurement,
): number {
  const evaluated = ctx - Math.floor(ctx / 2);
  const outputs = batch >= ctx ? Math.floor(batch / ctx) * evaluated : batch + ctx;
  return (
    files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) +
    vocabulary * ((outputs + Math.min(ubatch, batch)) * 4 + ctx * 2)
  );
}
