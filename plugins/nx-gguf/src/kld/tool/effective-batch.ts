/** How a tool cuts and batches a text; what is undefined was not declared. */
export interface DeclaredBatch {
  readonly ctx: number;
  readonly batch?: number | undefined;
  readonly ubatch?: number | undefined;
}

const defaults = { batch: 2048, ubatch: 512 };

/**
 * Declared batch sizes that the tool does not use: llama-perplexity and llama-imatrix take whole chunks into a
 * batch that is larger than one (`n_batch` of main in tools/perplexity/perplexity.cpp), and llama.cpp lowers
 * `n_ubatch` to `n_batch` (src/llama-context.cpp); neither says so.
 */
export function clippedBatches(field: string, { ctx, batch, ubatch }: DeclaredBatch): string[] {
  const wanted = batch ?? defaults.batch;
  const used = wanted < ctx ? wanted : Math.floor(wanted / ctx) * ctx;
  return [
    ...(batch !== undefined && used !== batch
      ? [
          `${field}.batch ${batch} acts as ${used}: of chunks of ${ctx} tokens, only whole ones are put into a batch`,
        ]
      : []),
    ...(ubatch !== undefined && ubatch > used
      ? [`${field}.ubatch ${ubatch} acts as ${used}: no more than a batch is computed at once`]
      : []),
  ];
}

/** The same of llama-bench, which takes any batch. */
export function clippedBenchBatch({ batch = defaults.batch, ubatch }: Omit<DeclaredBatch, 'ctx'>): string[] {
  return ubatch !== undefined && ubatch > batch
    ? [`bench.ubatch ${ubatch} acts as ${batch}: no more than a batch is computed at once`]
    : [];
}
